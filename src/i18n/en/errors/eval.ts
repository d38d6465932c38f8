import type { EvalErrors } from '../../../errors/eval'
import type { ErrorTexts } from '../../../errors/texts'
import { expectationText } from './expectation'

function onnxText(endpoint: string, reason: string): string {
  const known: Record<string, string> = {
    'no-file': `there is no onnx/model.onnx at ${endpoint}, nor a smaller one`,
    'no-id': 'its id is not given',
    closed: 'it was closed',
    worker: 'its worker ended with an error',
  }
  const answered = /^status \d+$/.test(reason) ? `${endpoint} answers with ${reason}` : null
  return known[reason] ?? answered ?? `its runtime says “${reason}”`
}

function judgeText(reason: string): string {
  const known: Record<string, string> = { 'no-text': 'an answer without text', 'no-json': 'an answer that is no JSON' }
  return known[reason] ?? (/^status \d+$/.test(reason) ? reason : `“${reason}”`)
}

export const evalErrors: ErrorTexts<EvalErrors> = {
  'eval-nothing-judged': ({ file, rows }) =>
    `None of the ${rows} rows of ${file} could be judged, so there is no score. What is wrong with each stands in verdicts.jsonl. Correct the file and score it again.`,
  'eval-row-text': ({ row, field }) =>
    `Row ${row} has no text in "${field}". It is left out of the scores; the others are judged. Write the text into that field.`,
  'eval-row-rules': ({ row, field }) =>
    `In row ${row} the field "${field}" is not the list that it should be (instruction_id_list: names of rules; kwargs: for each rule an object with its parameters, or null). The row is left out of the scores; the others are judged. Correct the field.`,
  'eval-rule-unknown': ({ row, rule, suggestion }) =>
    `Row ${row} asks for the rule "${rule}", which does not exist${suggestion ? ` (did you mean "${suggestion}"?)` : ''}. The row is left out of the scores; the others are judged. docs/scores.md lists the rules.`,
  'eval-rule-missing-parameter': ({ row, rule, parameter }) =>
    `In row ${row} the rule "${rule}" lacks its parameter "${parameter}", without which nothing can be judged. The row is left out of the scores; the others are judged. Add it to that rule's kwargs (0 and empty count as missing).`,
  'eval-rule-parameter': (p) =>
    `In row ${p.row} the parameter "${p.parameter}" of "${p.rule}" is ${JSON.stringify(p.value)}, but must be ${expectationText(p.expected)}. The row is left out of the scores; the others are judged. Correct it in that rule's kwargs.`,
  'eval-rule-unknown-parameter': ({ row, rule, parameter, known }) =>
    `In row ${row} the rule "${rule}" is given "${parameter}", which it does not know (it takes ${known.join(', ') || 'none'}). The row is left out of the scores; the others are judged. Remove or rename the parameter.`,
  'eval-suite-json': ({ file, detail }) =>
    `${file} is no JSON (${detail}), so that nothing can be asked from it. docs/scores.md shows what a suite looks like.`,
  'eval-suite-format': ({ file, found, wanted }) =>
    `${file} is no suite: its "format" is "${found}", not "${wanted}". Nothing is asked from it. docs/scores.md shows what a suite looks like.`,
  'eval-suite-score': ({ file, found, known, suggestion }) =>
    `${file} wants the score "${found}", which does not exist${suggestion ? ` (did you mean "${suggestion}"?)` : ''}. Nothing is asked from it. Give one of ${known.join(', ')} as its "score".`,
  'eval-suite-field': ({ file, row, field }) =>
    `${row === null ? `${file} lacks` : `Item ${row} of ${file} lacks`} the field "${field}", or has something else in it than its score needs. ${row === null ? 'Nothing is asked from it.' : 'The item is left out of the scores.'} docs/scores.md shows the fields of each score.`,
  'eval-suite-id-twice': ({ file, id }) =>
    `Two items of ${file} have the id "${id}", so that their answers could not be told apart. Nothing is asked from it. Give each item an id of its own.`,
  'eval-suite-needs-data': ({ name }) =>
    `The suite "${name}" is made of your own rows, but no data was given, so that it is left out; the others go on. Give a file of held-out rows.`,
  'eval-suite-needs-documents': ({ name }) =>
    `The suite "${name}" holds answers against your documents, but there is none, so that it is left out; the others go on. Give texts (.txt or .md) that say what is true.`,
  'eval-document-empty': ({ file }) =>
    `${file} holds no words, so that no answer can be held against it. Documents are left out; the other scores go on. Remove it or give its text.`,
  'eval-other-adapter': () =>
    'Another adapter is on the model than the one that was scored. Nothing was measured. Score this one first, or load the other again.',
  'eval-document-kind': ({ file }) =>
    `${file} is no text, so that no answer can be held against it. Documents are left out; the other scores go on. Save what it says as .txt or .md.`,
  'eval-item-reference': ({ suite, row }) =>
    `Row ${row} of ${suite} has no reference to compare an answer with. It is left out of this score; the others go on. Add "references", a list of texts.`,
  'eval-item-schema': ({ suite, row, detail }) =>
    `The schema of item ${row} of ${suite} is no JSON schema (${detail}). The item is left out; the others go on. Correct its "schema".`,
  'eval-stopped': ({ out }) =>
    `Stopped before every answer was made. Those that were made are kept in ${out}; the same command goes on from there.`,
  'eval-judge-refused': ({ url, reason }) =>
    `The judge at ${url} refuses to answer (${judgeText(reason)}), so that its score is left out; the others stand. Check the address, the model's name and the key.`,
  'eval-judge-unreachable': ({ url, reason, tries }) =>
    `The judge at ${url} gave no usable answer in ${tries} tries (the last: ${judgeText(reason)}), so that its score is left out; the others stand. What it judged before is kept: try again when it answers.`,
  'eval-sets-failed': ({ reason }) =>
    `The small sets could not be asked beside the run (${reason}). The run and its evaluations go on without them, with the same numbers. Score the adapter when it has ended.`,
  'eval-onnx': ({ task, model, endpoint, reason }) =>
    task === 'chat'
      ? `The ONNX model ${model} cannot judge (${onnxText(endpoint, reason)}), so that its score is left out; the others stand. Check its id and that it is a chat model with a file onnx/model.onnx or a smaller one beside it.`
      : `The ONNX model ${model} cannot find passages (${onnxText(endpoint, reason)}), so that nothing is held against the documents; the other scores stand. Check its id and that it is an encoder (feature-extraction) with a file onnx/model.onnx or a smaller one beside it, or let passages be found by their words.`,
  'eval-length-memory': ({ suite, length }) =>
    `${suite}: the GPU has too little memory for a context of ${length} tokens, so that this length and longer ones are left out; shorter ones and the other scores stand. Free memory (close other tabs and programs), or ask for shorter contexts.`,
  'eval-scores-format': ({ file, wanted }) =>
    `${file} is no scores.json (its "format" is not "${wanted}"), so that no figures can be taken from it. Nothing was written. Give the file that "tune score" wrote.`,
  'eval-scores-of-others': ({ file, known }) =>
    `${file} holds the scores of ${known.join(', ') || 'no adapter'}, not of this one, so that nothing was written. Score this adapter, or name it by the path that it was scored under.`,
  'eval-no-loss': ({ suite }) =>
    `No row of ${suite} has a token whose loss could be measured, so that this score is left out; the others go on. Look at the rows in the room Data.`,
  'eval-no-questions': ({ file, rows }) =>
    `None of the ${rows} rows of ${file} ends with an answer to compare with, so that scores of answers are left out; the loss is still measured. Give rows with questions and answers.`,
  'eval-rule-pattern': (p) =>
    `In row ${p.row} the parameter "${p.parameter}" of "${p.rule}" holds "${p.value}", which is no regular expression (${p.detail}); these parameters are read as patterns. The row is left out of the scores; the others are judged. Put a backslash before signs such as ( [ * + ?`,
}
