import type { TrainErrors } from '../../../errors/train'
import type { ErrorTexts } from '../../../errors/texts'
import { expectationText } from './expectation'

function damageText(damaged: string, reason: string): string {
  const known: Record<string, string> = {
    missing: `${damaged} is not there`,
    sha256: `the bytes of ${damaged} are not those that were written`,
    manifest: `${damaged} cannot be read`,
  }
  return known[reason] ?? `${damaged} cannot be understood (${reason})`
}

export const trainErrors: ErrorTexts<TrainErrors> = {
  'run-not-json': ({ reason }) =>
    `The run file is not valid JSON (${reason}). No setting was read. Correct it, or export a run file here and edit that.`,
  'run-not-an-object': ({ what }) =>
    `"${what}" is not a JSON object. No setting was read. Write it as {"name": value, ...}.`,
  'run-unknown-fields': ({ fields }) =>
    `The run file has ${fields.length === 1 ? 'a field that is' : 'fields that are'} not known here: ${fields
      .map((f) => (f.suggestion ? `"${f.field}" (did you mean "${f.suggestion}"?)` : `"${f.field}"`))
      .join(', ')}. No run was started with it, so that no setting is lost in silence. Correct or remove them.`,
  'run-field-invalid': ({ field, value, expected }) =>
    `"${field}" is ${value}, but must be ${expectationText(expected)}. No run was started with it. Correct the field.`,
  'run-field-twice': ({ first, second }) =>
    `"${first}" and "${second}" set the same thing to different values. No run was started with them. Keep one of them.`,
  'run-field-unsupported': ({ field, value }) =>
    `"${field}": ${value} would change what is learnt and is not supported here. No run was started with it. Remove the field to go on without it.`,
  'run-optimizer-unsupported': ({ optim, known }) =>
    `The optimiser "${optim}" is not supported. No run was started with it. Set "optim" to one of ${known.join(', ')}.`,
  'run-targets-invalid': ({ field, wrong, known }) =>
    `"${field}" names ${wrong.map((w) => `"${w}"`).join(', ')}, which cannot be adapted here. No run was started with it. Use any of ${known.join(', ')}, or "all-linear".`,
  'run-grouping-shuffles': () =>
    'group_by_length decides the order of rows, so "shuffle": false has no effect. Turn grouping off to keep the order of the file.',
  'run-no-bfloat16': () =>
    'WebGPU has no bfloat16, so this run computes in float32, which is never less exact. To halve the memory of activations, set bnb_4bit_compute_dtype to "float16".',
  'run-fields-without-effect': ({ fields }) =>
    `Understood, but without effect here: ${fields.join(', ')}. They concern logging, uploads or another machine. The run goes on.`,
  'run-no-evaluation': ({ fields }) =>
    `${fields.join(', ')} ${fields.length === 1 ? 'asks' : 'ask'} for an evaluation between steps, which is not done here. The run goes on without. Evaluate the adapter afterwards, for example with "tune eval".`,
  'train-no-rows': () =>
    'No row of the data set can be trained on. There is nothing to learn from. Look at the list of rows that were left out.',
  'train-no-step': () =>
    'The run was stopped before its first step, so nothing was learnt and no adapter was written. Start it again when you like.',
  'train-no-checkpoint': ({ folder }) =>
    `${folder} holds no complete checkpoint, so the run cannot be continued. Choose a folder that has run_state.json and optimizer.safetensors, or start anew.`,
  'train-checkpoint-damaged': ({ folder, damaged, reason, instead }) =>
    `${folder} is damaged: ${damageText(damaged, reason)}, so a run that went on from it would not be the same run. It was not started. ` +
    (instead
      ? `The last whole checkpoint is ${instead}: go on from that one.`
      : 'Copy the checkpoint again, or start anew.'),
  'train-checkpoint-passed-over': ({ folder, damaged, reason }) =>
    `${folder} is damaged (${damageText(damaged, reason)}), so it was passed over and the run goes on from the one before. The steps since then are done again, with the same result. Delete the folder when you like.`,
  'train-checkpoint-unchecked': ({ folder }) =>
    `${folder} was written by an earlier version, without a manifest, so its files could not be checked for damage. The run goes on from it; its next checkpoint is checked.`,
  'train-other-model': () =>
    'The model is not the one that the checkpoint was made with (its weights differ), so the run would not continue but become another one. It was not started. Load the model that the run began with.',
  'train-other-data': () =>
    'The data set is not the one that the checkpoint was made with (rows, tokens or labels differ), so the run would not continue but become another one. It was not started. Load the same file with the same max_length and loss options.',
  'train-checkpoints-unkept': ({ save_strategy }) =>
    `"save_strategy": "${save_strategy}" asks for checkpoints, but nobody gave a place for them. The run goes on without; the adapter is kept at the end.`,
  'train-result-elsewhere': (p) =>
    `${p.wanted} could not be written: ${p.reason} What was there before is as it was. The result is kept in ${p.place}: move it where you want it.${p.checkpoint ? ` The last whole checkpoint is ${p.checkpoint}.` : ''}`,
  'train-result-nowhere': (p) =>
    `${p.wanted} could not be written: ${p.reason} Nor could ${p.tried.join(', ')}. ${p.checkpoint ? `The last whole checkpoint is ${p.checkpoint}: free some space and go on from it with --resume.` : 'No checkpoint was kept, so what was learnt is lost. Free some space, set "save_steps" in the run file, and train again.'}`,
  'train-answers-failed': ({ reason }) =>
    `The model could not answer beside the run (${reason}). The run goes on without answers, and its numbers are the same. Ask in Try when it has ended.`,
  'train-checkpoint-failed': ({ step, last, reason }) =>
    `The checkpoint after step ${step} could not be written (${reason}). The run goes on; if it is interrupted, ${last === null ? 'it must begin anew' : `it can be resumed from checkpoint-${last}, which is whole`}. Free some disk space.`,
  'train-non-finite': (p) =>
    `Step ${p.step} gave values that are not numbers (loss ${p.loss}, gradient norm ${p.gradNorm}; ` +
    `${p.layer === null ? 'the forward pass is clean, the backward pass is not' : `first seen in layer ${p.layer}`}; rows ${p.rows.join(', ')}). ` +
    'Training stopped, and this step did not change the adapter. Lower learning_rate, keep max_grad_norm at 1, and look at these rows.',
}
