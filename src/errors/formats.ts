/** What a configuration field should have been. */
export type ConfigExpectation = 'whole' | 'layers' | 'positive' | 'share' | 'even' | 'token-ids' | 'divides-heads'

/** What errors of formats are told, by their codes. Their words: src/i18n/LANGUAGE/errors/formats.ts. */
export interface FormatsErrors {
  'json-invalid': { file: string; reason: string }
  'json-not-object': { file: string }
  'config-field': { file: string; field: string; value: string; expected: ConfigExpectation }
  'model-architecture': { architecture: string; works: string }
  'model-option': { field: string; value: string; works: string }
  'model-rope-scaling': { type: string }
  'model-sliding-window': { window: number; context: number }
  'model-quantization': { method: string }
  'safetensors-cut-off': { file: string; expected: number; actual: number }
  'safetensors-header': { file: string; reason: string }
  /** `tensor` begins `bytes` too late or too early; `behind`: that many follow the last one. */
  'safetensors-layout': { file: string; problem: 'hole' | 'overlap' | 'behind'; tensor: string; bytes: number }
  'zip-entry-broken': { file: string; path: string; reason: string }
  'zip-entry-large': { file: string; path: string; bytes: number; most: number }
  'lfs-pointer': { file: string }
  'model-no-config': { folder: string; found: string }
  'model-many-configs': { folder: string; places: string }
  'model-is-adapter': { folder: string; base: string }
  'model-no-weights': { folder: string; found: string }
  'model-missing-shards': { folder: string; files: string; count: number }
  'model-missing-tensors': { architecture: string; tensors: string; count: number }
  'model-tensor-shape': { tensor: string; shape: string; expected: string }
  'model-tensor-dtype': { tensor: string; dtype: string }
  'model-no-tokenizer': { folder: string }
  'bnb-state': { tensor: string; reason: string }
  'model-already-nf4': { folder: string }
  'adapter-no-config': { folder: string }
  'adapter-no-weights': { folder: string; bin: boolean }
  'adapter-option': { field: string; value: string; works: string }
  'adapter-unknown-tensor': { tensor: string }
  'adapter-layers': { layer: number; layers: number }
  'adapter-shape': { tensor: string; shape: string; expected: string }
  'adapter-damaged': { folder: string; file: string }
  'adapter-half': { module: string; missing: string }
  'adapter-missing-modules': { folder: string; modules: string }
  'adapter-foreign': { folder: string; kind: 'mlx' | 'kohya' }
  /** `rank` rows stand in the tensor, `said` in the configuration; 0 = it says none. */
  'adapter-rank': { tensor: string; rank: number; said: number }
  'adapter-pattern': { field: string; pattern: string; reason: string }
  'adapter-not-finite': { tensor: string; value: string }
  'adapter-twice': { module: string; tensors: string }
  'adapter-naming': { tensor: string; expected: string }
  'model-renamed-twice': { tensor: string; names: string }
  'model-unmerged': { folder: string; tensor: string }
  'adapter-empty': { folder: string }
  'gguf-tokenizer': { part: string; value: string }
  'gguf-architecture': { family: string }
  'gguf-option': { architecture: string; field: string; value: string }
  'gguf-no-name': { tensor: string }
  'export-unknown': { kind: string; suggestion: string | null; known: string[] }
  'export-no-room': { needed: number; free: number }
  /**
   * `reason`: 'silent' for so many `seconds`, 'worker' that ended, 'several' files for one, 'gaps' between tensors, or
   * what the reader itself said.
   */
  'verify-unreadable': { file: string; reader: string; reason: string; seconds?: number }
  'verify-too-large': { bytes: number; most: number }
  'pack-damaged': { file: string; part: string }
  'pack-none': { file: string }
  'pack-empty': { file: string }
  'pack-nothing': { folder: string }
}
