import type { CliErrors } from './cli'
import type { DataErrors } from './data'
import type { EngineErrors } from './engine'
import type { FormatsErrors } from './formats'
import type { GpuErrors } from './gpu'
import type { ModelErrors } from './model'
import type { StorageErrors } from './storage'
import type { StudioErrors } from './studio'
import type { EvalErrors } from './eval'
import type { DataNotes } from './data-notes'
import type { DataRowErrors } from './data-rows'
import type { TrainErrors } from './train'

/** Every error the project can raise, by its stable code, with what its message is told. One file per area. */
export interface ErrorParameters
  extends
    DataErrors,
    ModelErrors,
    GpuErrors,
    TrainErrors,
    EngineErrors,
    FormatsErrors,
    StorageErrors,
    CliErrors,
    StudioErrors,
    EvalErrors,
    DataNotes,
    DataRowErrors {}
