/** What a run was, for trainer_state.json; rows already have transformers' names. */
export interface TrainerStateFacts {
  log_history: Record<string, number | null>[]
  global_step: number
  max_steps: number
  epoch: number
  num_train_epochs: number
  train_batch_size: number
  logging_steps: number
  save_steps: number
  total_flos: number
  eval_steps: number
  best_global_step: number | null
  best_metric: number | null
  best_model_checkpoint: string | null
}

/** trainer_state.json as transformers' TrainerState.save_to_json writes it: every field, in alphabetical order. */
export function trainerState(facts: TrainerStateFacts): Record<string, unknown> {
  const state: Record<string, unknown> = {
    ...facts,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    // Stays 0 unless include_num_input_tokens_seen is set; the rows' num_tokens is the count.
    num_input_tokens_seen: 0,
    stateful_callbacks: {},
    trial_name: null,
    trial_params: null,
  }
  return Object.fromEntries(
    Object.keys(state)
      .sort()
      .map((key) => [key, state[key]]),
  )
}
