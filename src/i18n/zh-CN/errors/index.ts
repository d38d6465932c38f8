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

/** 所有错误的中文说明, by code. */
export const errors = {
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
