import type { Shape } from './shape'

/** A text that is learnt as it stands; `mapping.text` names its column where that is not called `text`. */
export const text: Shape = {
  format: 'text',
  recognise(fields) {
    if (fields.nameOf('text') === undefined) return null
    return fields.has('text') && typeof fields.get('text') !== 'object' ? 'whole' : 'part'
  },
  toExample: (fields, mapping) => ({ kind: 'text', text: fields.text('text', mapping.text ?? 'text') }),
}
