import type { ColumnMapping, DataFormat } from '../../contracts/data'
import { alpaca } from './alpaca'
import { columns } from './columns'
import type { Fields } from './fields'
import { messages, sharegpt } from './messages'
import { preference } from './preference'
import { promptCompletion } from './prompt-completion'
import type { Example, Shape } from './shape'
import { text } from './text'
import { xlam } from './xlam'

/** Every shape that rows come in. Of several that know a row, the first makes its example. */
export const SHAPES: readonly Shape[] = [preference, messages, sharegpt, promptCompletion, xlam, alpaca, text, columns]

const shapeNamed = (format: DataFormat): Shape | undefined => SHAPES.find((shape) => shape.format === format)

/** The shape that a row has as a whole, or, with 'part', that it is meant to have. */
export function shapeOf(fields: Fields, how: 'whole' | 'part' = 'whole'): Shape | undefined {
  return SHAPES.find((shape) => {
    const known = shape.recognise(fields)
    return known === 'whole' || (how === 'part' && known !== null)
  })
}

/** Turn a row into an example under a mapping. Throws a TuneError that names the row and what it lacks. */
export function toExample(fields: Fields, mapping: ColumnMapping): Example {
  const shape = shapeNamed(mapping.format)
  if (!shape) throw new Error(`no shape is called ${mapping.format}`)
  return shape.toExample(fields, mapping)
}
