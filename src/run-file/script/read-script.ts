import { parser } from '@lezer/python'
import { followScript } from './follow'
import type { Scope } from './evaluate'
import type { Call } from './values'

/**
 * The calls of other libraries that a Python script makes, in order, with their arguments as far as they can be told
 * without running it: names, arithmetic, dictionaries, settings in classes, functions and argument parsers are
 * followed.
 */
export function callsOf(source: string): Call[] {
  const starts = [...source.matchAll(/\n/g)].map(({ index }) => index + 1)
  const scope: Scope = {
    source,
    names: new Map(),
    calls: [],
    line: (at) => starts.filter((start) => start <= at).length + 1,
  }
  followScript(parser.parse(source).topNode, scope)
  return scope.calls
}
