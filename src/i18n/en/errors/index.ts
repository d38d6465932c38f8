import type { ErrorParameters } from '../../../errors/parameters'
import type { ErrorTexts } from '../../../errors/texts'
import { cliErrors } from './cli'
import { dataErrors } from './data'
import { engineErrors } from './engine'
import { formatsErrors } from './formats'
import { gpuErrors } from './gpu'
import { modelErrors } from './model'
import { storageErrors } from './storage'
import { studioErrors } from './studio'
import { trainErrors } from './train'
import { evalErrors } from './eval'
import { dataNotes } from './data-notes'
import { dataRowErrors } from './data-rows'

/** English words of every error, by code. */
export const errors: ErrorTexts<ErrorParameters> = {
  ...cliErrors,
  ...dataErrors,
  ...engineErrors,
  ...formatsErrors,
  ...gpuErrors,
  ...modelErrors,
  ...storageErrors,
  ...studioErrors,
  ...trainErrors,
  ...evalErrors,
  ...dataNotes,
  ...dataRowErrors,
}
