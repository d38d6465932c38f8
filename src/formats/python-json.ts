/**
 * Fields that Python readers insist on being floats. JavaScript writes 6.0 as "6", which Python reads as an int:
 * transformers then raises TypeError ("temperature has to be a strictly positive float", "llm_int8_threshold must be a
 * float") or warns.
 */
const FLOATS = [
  'attention_dropout',
  'factor',
  'high_freq_factor',
  'initializer_range',
  'length_penalty',
  'lora_dropout',
  'low_freq_factor',
  'min_p',
  'repetition_penalty',
  'rms_norm_eps',
  'rope_theta',
  'temperature',
  'top_p',
  'typical_p',
]
const WHOLE = new RegExp(`^(\\s*"(?:${FLOATS.join('|')})": -?\\d+)(?=,?$)`, 'gm')

/** JSON with two spaces of indent, a newline at its end, and Python's spelling of the floats that must be floats. */
export function pythonJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`.replace(WHOLE, '$1.0')
}
