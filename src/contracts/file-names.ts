/** PEFT's adapter folder. */
export const ADAPTER_CONFIG = 'adapter_config.json'
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors'

/** The run file beside an adapter that was made by it, and its name when it is saved alone. */
export const RUN_FILE = 'run.json'
