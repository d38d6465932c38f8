import type { CliErrors } from '../../../errors/cli'
import type { ErrorTexts } from '../../../errors/texts'

export const cliErrors: ErrorTexts<CliErrors> = {
  'cli-unknown-command': ({ command, suggestion, known }) =>
    `There is no command "${command}"${suggestion ? ` (did you mean "${suggestion}"?)` : ''}. Nothing was done. The commands are ${known.join(', ')}; "--help" explains them.`,
  'cli-unknown-option': ({ command, option, suggestion }) =>
    `"${command}" has no option "${option}"${suggestion ? ` (did you mean "${suggestion}"?)` : ''}. Nothing was done. "${command} --help" lists its options.`,
  'cli-missing-option': ({ command, option }) =>
    `"${command}" needs "${option}". Nothing was done. "${command} --help" shows how to write it.`,
  'cli-option-value': ({ option, value, expected }) =>
    `"${option}" is "${value}", but must be ${expected}. Nothing was done. Correct the option.`,
  'cli-option-without-value': ({ option }) => `"${option}" must be followed by a value. Nothing was done. Add it.`,
  'cli-unexpected-argument': ({ argument }) =>
    `"${argument}" stands where no argument is expected. Nothing was done. Give every value after its option.`,
  'cli-file-missing': ({ option, path }) =>
    `"${path}" (${option}) does not exist or cannot be read. Nothing was done. Check the path.`,
  'cli-out-is-source': ({ out, option }) =>
    `--out is the folder of ${option} (${out}), so writing would destroy what is being read. Nothing was done. Give --out a folder of its own.`,
  'cli-out-unusable': ({ out, reason }) =>
    `"${out}" (--out) is no folder that can be written into (${reason}), so the result would have no place. Nothing was done. Give another path.`,
  'cli-out-other-run': ({ out, file }) =>
    `${out} (--out) holds another run already (its ${file} is not the packed one's), and the two would be mixed. Nothing was written. Give --out a folder of its own.`,
  'cli-out-locked': (p) =>
    `${p.out} is being written by another process (${p.command ? `"${p.command}", ` : ''}id ${p.pid}${p.host ? ` on ${p.host}` : ''}), and two in one folder would spoil each other's results. Nothing was done. Give --out another folder, or wait for it${p.host ? `; if that machine no longer works on it, delete ${p.lock}` : ''}.`,
  'cli-lora-conflict': ({ field, stated, found }) =>
    `The run file states lora.${field} ${stated}, but the adapter given with --init-lora has ${found}. The run was not started. Make them equal, or leave the field out to take the adapter's.`,
  'cli-options-exclude': ({ first, second }) =>
    `"${first}" and "${second}" cannot be given together: the first already decides what the second says. Nothing was done. Leave one of them out.`,
  'handover-input-unknown': ({ option, run }) =>
    `${run} does not say what the run was trained from, so that its rows could not be handed over. Nothing was written. Give it with ${option}, the same as for training.`,
  'handover-run-ended': ({ steps }) =>
    `The run has done all of its ${steps} steps, so there is nothing to go on with. Nothing was written. Hand over an earlier checkpoint-N folder, or train its adapter on with a new run file and --init-lora.`,
  'cli-queue-twice': ({ name }) =>
    `Two runs of the queue would both be called "${name}" and write into one folder. Nothing was started. Give one of the run files another name, or take a value out of the sweep.`,
  'queue-failed': ({ failed, runs, notes }) =>
    `${failed.length} of ${runs} runs did not end well: ${failed.join(', ')}. The others are kept. ${notes} says why; start the queue again to try these once more.`,
  'cli-quantize-off': ({ file }) =>
    `${file} sets load_in_4bit to false, so "quantize" would have nothing to do. Nothing was written. Set it to true, or leave --config out.`,
  'cli-hub-name': ({ option, path, kind }) =>
    `There is no "${path}" on this disk (${option}). It looks like the name of a ${kind === 'model' ? 'model' : 'data set'} on a hub, and the command line downloads nothing. Nothing was done. Download it there, then give the path of the ${kind === 'model' ? 'folder' : 'file'}.`,
  'cli-suite-unknown': ({ name, known, suggestion }) =>
    `There is no suite "${name}"${suggestion ? ` (did you mean "${suggestion}"?)` : ''}; nothing is scored. Give one of ${known.join(', ')}, or the path of a suite's JSON file.`,
  'cli-data-unknown': ({ file, columns }) =>
    `It is not clear which columns of ${file} are asked and which answered, so no row can be used yet. They are, with a cell of each:\n${columns.map((column) => `  ${column}\n`).join('')}Say it with --columns question=COLUMN,answer=COLUMN or --columns text=COLUMN, or rename the question's column to "instruction" and the answer's to "output".`,
}
