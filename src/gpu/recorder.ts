import type { Kernel, KernelCache, KernelSource } from './kernel'
import type { Tensor, TensorDtype } from './tensor'
import type { Tuning } from './tuning'
import type { Defines } from './wgsl-template'

/** One dispatch as recorded: nothing of it exists on the GPU yet. */
export interface RecordedDispatch {
  kernel: Kernel
  /** In binding order, without the uniform. */
  tensors: Tensor[]
  params: Record<string, number>
  workgroups: [number, number, number]
  flops: number
  /** Which of several kernels for one operation this is. */
  variant: string | null
}

export interface DispatchRequest {
  source: KernelSource
  defines?: Defines
  /** By the shader's own binding names; the element type of `x` reaches the template as T_x. */
  tensors: Record<string, Tensor>
  params?: Record<string, number>
  workgroups: [number, number, number]
  /** Floating point operations, for bounding submits and for the profiler. */
  flops?: number
  /** Which of several kernels for one operation this is; verified on a device before its first use. */
  variant?: string
}

/**
 * Collects the dispatches of a fixed graph. Recording is pure arithmetic: a replay records at its capacity to place
 * memory, and again (cheaply) for each actual shape. The order and number of tensors and dispatches must not depend on
 * the shape.
 */
export class Recorder {
  readonly dispatches: RecordedDispatch[] = []
  readonly virtual: Tensor[] = []
  /** What the graph is chosen by. */
  readonly tuning: Tuning
  private readonly kernels: KernelCache

  constructor(kernels: KernelCache, tuning: Tuning = kernels.tuning) {
    this.kernels = kernels
    this.tuning = tuning
  }

  /** A virtual tensor; `kind` groups it in the memory table. */
  tensor(label: string, shape: readonly number[], options: { dtype?: TensorDtype; kind?: string } = {}): Tensor {
    const tensor: Tensor = {
      label,
      dtype: options.dtype ?? 'f32',
      shape,
      id: this.virtual.length,
      buffer: null,
      offset: 0,
      kind: options.kind ?? 'activations',
    }
    this.virtual.push(tensor)
    return tensor
  }

  dispatch(request: DispatchRequest): void {
    const types = Object.fromEntries(
      Object.entries(request.tensors).map(([name, tensor]) => [`T_${name}`, tensor.dtype]),
    )
    const kernel = this.kernels.get(request.source, { ...types, ...request.defines, ENTRY: request.source.name })
    const tensors: Tensor[] = []
    for (const binding of kernel.io.bindings) {
      if (binding.access === 'uniform') continue
      const tensor = request.tensors[binding.name]
      if (!tensor) throw new Error(`${kernel.name}: no tensor for binding "${binding.name}"`)
      tensors.push(tensor)
    }
    if (tensors.length !== Object.keys(request.tensors).length) {
      throw new Error(`${kernel.name}: tensors ${Object.keys(request.tensors).join(', ')} do not match its bindings`)
    }
    this.dispatches.push({
      kernel,
      tensors,
      params: request.params ?? {},
      workgroups: request.workgroups,
      flops: request.flops ?? 0,
      variant: request.variant ?? null,
    })
  }
}

/** Workgroups for `rows` rows of a row kernel, and the defines that say how rows are shared out. */
export function rowGrid(r: Recorder, rows: number): { defines: RowDefines; workgroups: [number, number, number] } {
  const { rowLanes, rowGroup } = r.tuning
  return { defines: { LANES: rowLanes, GROUP: rowGroup }, workgroups: grid(rows, rowGroup / rowLanes) }
}

export interface RowDefines extends Defines {
  LANES: number
  GROUP: number
}

/** For kernels that reduce over one whole workgroup of 64 on every device. */
export const WHOLE_WORKGROUP: RowDefines = { LANES: 64, GROUP: 64 }

/** Workgroups for n invocations of a one-dimensional kernel; folds into y where x would pass 65535. */
export function grid(n: number, workgroupSize: number): [number, number, number] {
  const groups = Math.ceil(n / workgroupSize)
  if (groups <= 65535) return [groups, 1, 1]
  const y = Math.ceil(groups / 65535)
  return [Math.ceil(groups / y), y, 1]
}
