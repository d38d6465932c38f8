import type { MessageKey } from '../../../i18n'
import type { FieldPath } from '../../../state/settings'

/** One setting: its name in the run file, how it is entered, and where it is shown. */
export interface Field {
  path: FieldPath
  input: 'number' | 'boolean' | 'choice' | 'many' | 'arguments'
  options?: readonly string[]
  /** What the chosen option does, beside the setting's own explanation. */
  about?: (option: string) => Record<string, string>
  /** A number that may be left out. */
  optional?: true
  /** Also shown with the simple settings, under a plain name. */
  simple?: MessageKey
}

export interface FieldGroup {
  title: MessageKey
  fields: Field[]
}
