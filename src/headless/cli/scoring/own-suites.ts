import type { Engine } from '../../../engine/api/types'
import { serializeError } from '../../../errors/serialize'
import { longContextSuite } from '../../../eval/suites/long-context'
import { lossSuite, referenceSuite, truthSuite } from '../../../eval/suites/own'
import type { Suite } from '../../../eval/suites/suite'
import { sha256Of } from '../../../formats/sha256'
import type { RunFile } from '../../../run-file/run-file'
import { nodeFile } from '../../../storage/node/node-folder'
import type { CommandContext } from '../command'
import { dataOptions } from '../data'

/** The suites that are made of the person's rows. One that cannot be made is said, and the others go on. */
export async function suitesOfRows(
  engine: Engine,
  names: readonly string[],
  path: string,
  run: RunFile,
  { options, terminal }: CommandContext,
): Promise<Suite[]> {
  const file = await nodeFile(path)
  const source = { kind: 'bytes', source: file } as const
  const data = dataOptions(run, options)
  const references = async () =>
    referenceSuite(await engine.questionsOf(source, data), Number(options['max-new-tokens'] ?? 256))
  const makers: Record<string, () => Promise<Suite>> = {
    loss: async () => lossSuite(await engine.rowsOf(source, data), await sha256Of(file)),
    references,
    truth: async () => truthSuite(await references()),
  }
  const suites: Suite[] = []
  for (const name of names) {
    try {
      suites.push(await makers[name]())
    } catch (error) {
      terminal.warning(serializeError(error))
    }
  }
  return suites
}

/** Facts in texts as long as the model's context, or as `--context` allows. */
export const longContextFor = (engine: Engine, { options }: CommandContext): Promise<Suite> =>
  longContextSuite({
    longest: Math.min(engine.model()!.contextLength, Number(options.context ?? Infinity)),
    count: (prompts) => engine.promptTokens(prompts),
  })
