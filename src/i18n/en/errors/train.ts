import type { LeftWhy, TrainErrors } from '../../../errors/train'
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

/** The first few, and how many more. */
function overlapText<T>(all: readonly T[], one: (of: T) => string): string {
  const shown = all.slice(0, SHOWN).map(one)
  return all.length > SHOWN ? `${shown.join(', ')} and ${all.length - SHOWN} more` : shown.join(', ')
}
const SHOWN = 5

const leftReasons: Record<LeftWhy, string> = {
  unknown: 'this name is not known here',
  'run-time': 'its value is known only when the script runs; enter it in the settings',
  unsupported: 'it would change what is learnt and is not supported here, so the run goes without it',
  invalid: 'the field cannot have this value here, so it keeps its default',
  formatting:
    'a function of the script writes the text of each row; here the model’s own template does, or, for other words, a column "text" that holds them',
  'held-out': 'which rows are held out is set here',
  tokens: 'other tokens or another template than the model’s own are not made here',
  callbacks: 'code that runs between the steps is not run here',
  full: 'it trains all weights; here an adapter is trained, with its default settings',
}

export const trainErrors: ErrorTexts<TrainErrors> = {
  'run-not-json': ({ file, reason }) =>
    `${file || 'The run file'} is not valid JSON (${reason}). No setting was read. Correct it, or export a run file here and edit that.`,
  'run-not-yaml': ({ file, reason }) =>
    `${file || 'The run file'} is not valid YAML (${reason}). No setting was read. Correct it, or export a run file here and edit that.`,
  'run-script-empty': () =>
    'This Python script makes none of BitsAndBytesConfig, LoraConfig, TrainingArguments and SFTConfig in a way that can be read without running it. No setting was read. Paste the part that does, or open a run file.',
  'run-read': ({ trainer, fields, model, data }) =>
    `Read as settings for ${trainer}, ${fields.length} of them taken: ${fields.join(', ')}.` +
    (model ? ` It names the model ${model}.` : '') +
    (data ? ` It names the data ${data}.` : '') +
    ' Model and data are opened by you.',
  'run-left': ({ written, line, why, suggestion }) =>
    `Not taken over: ${line === null ? '' : `line ${line}, `}${written}: ${leftReasons[why]}.${suggestion ? ` Did it mean "${suggestion}"?` : ''}`,
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
  'run-packing-uncut': () =>
    'The run file sets "packing" and "max_length": null, but rows can be packed only into a length that is given. No setting was read. Set "max_length" to a number, or leave "packing" out.',
  'run-field-unsupported': ({ field, value }) =>
    `"${field}": ${value} would change what is learnt and is not supported here. No run was started with it. Remove the field to go on without it.`,
  'run-optimizer-unsupported': ({ optim, known }) =>
    `The optimiser "${optim}" is not supported. No run was started with it. Set "optim" to one of ${known.join(', ')}.`,
  'run-optimizer-instead': ({ optim, used }) =>
    `"${optim}" is AdamW as transformers 4 wrote it, which version 5 no longer has. ${used} is used, which differs in where epsilon is added and in taking weight decay before the step instead of after it. The run goes on.`,
  'run-schedule-needs': ({ schedule, oneOf, stated }) =>
    `The schedule "${schedule}" needs ${oneOf.length > 1 ? `exactly one of ${oneOf.join(', ')}` : oneOf[0]} in "lr_scheduler_kwargs", which has ${stated.length === 0 ? 'none' : stated.join(', ')}. No run was started with it. Write for example "lr_scheduler_kwargs": {"${oneOf.at(-1)}": ...}.`,
  'run-targets-invalid': ({ field, wrong, known }) =>
    `"${field}" names ${wrong.map((w) => `"${w}"`).join(', ')}, which cannot be adapted here. No run was started with it. Use any of ${known.join(', ')}, or "all-linear".`,
  'run-grouping-shuffles': () =>
    'group_by_length decides the order of rows, so "shuffle": false has no effect. Turn grouping off to keep the order of the file.',
  'run-no-bfloat16': () =>
    'WebGPU has no bfloat16, so this run computes in float32, which is never less exact. To halve the memory of activations, set bnb_4bit_compute_dtype to "float16".',
  'run-fields-without-effect': ({ fields }) =>
    `Understood, but without effect here: ${fields.join(', ')}. They concern logging, uploads or another machine. The run goes on.`,
  'run-needs-evaluation': ({ field }) =>
    `"${field}" needs evaluations to go by, but "eval_strategy" is "no". No run was started with it. Set "eval_strategy" to "steps" or "epoch" and hold rows out with "eval_split", or remove the field.`,
  'train-excluded-all': ({ rows }) =>
    `"exclude_rows" takes all ${rows} rows of the data set out, so there is nothing to train on. No run was started. Let some of them in again.`,
  'train-excluded-unknown': ({ rows }) =>
    `"exclude_rows" names rows that the data set does not have: ${rows.join(', ')}. The run goes on without them, as it would have. Look whether the settings are meant for another file.`,
  'eval-no-rows': ({ eval_strategy }) =>
    `"eval_strategy": "${eval_strategy}" asks for evaluations, but no row is held out. The run goes on without them. Set "eval_split" (0.1 is a tenth of the rows) or name a second file.`,
  'eval-needs-rows': ({ field }) =>
    `"${field}" goes by held-out rows, but no row is held out. No run was started. Set "eval_split" (0.1 is a tenth of the rows), name a second file, or turn the field off.`,
  'eval-split-leaves-none': ({ rows, held, left }) =>
    left === 'train'
      ? `Holding out ${held} of ${rows} rows leaves no row to train on. No run was started. Lower "eval_split", or add rows.`
      : 'The second file has no row that can be judged. No run was started. Look at its list of rows that were left out, or hold rows out with "eval_split".',
  'eval-split-unknown': ({ split, splits }) =>
    `No row has "${split}" in a column named "split"${splits.length > 0 ? `; there are ${splits.join(', ')}` : ', and no row has such a column'}. No run was started. Set "eval_split" to one of them, or to a share such as 0.1.`,
  'eval-other-format': (p) =>
    `${p.eval_data} holds rows of the kind "${p.eval_format}", but ${p.data} holds "${p.format}": losses on it would not tell how this run does. No run was started. Choose a second file of the same kind, or hold rows out with "eval_split".`,
  'eval-overlap': ({ overlap }) =>
    `${overlap.length} of the held-out rows ${overlap.length === 1 ? 'stands' : 'stand'} among the trained ones, too: ${overlapText(overlap, (one) => `row ${one.held} is ${one.kind === 'exact' ? '' : 'nearly '}row ${one.train}`)}. Their loss tells memory, not learning. Set "eval_drop_overlap": true to leave them out.`,
  'eval-too-large': ({ reason }) =>
    `The held-out rows could not be judged beside the run (${reason}). The run goes on without evaluations, and its numbers are the same. Lower max_length or the batch size to have room.`,
  'eval-stopped-early': ({ step, patience, best }) =>
    `Stopped after step ${step}: ${patience} evaluation${patience === 1 ? '' : 's'} in a row brought no gain${best === null ? '' : `, the best was after step ${best}`}.`,
  'eval-best-kept': ({ step, metric, value }) =>
    `The adapter is the one of step ${step}, where ${metric} on the held-out rows was best (${value}). Later steps are left out.`,
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
