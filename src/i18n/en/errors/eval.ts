import type { EvalErrors } from '../../../errors/eval'
import type { ErrorTexts } from '../../../errors/texts'
import { expectationText } from './expectation'

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
  'eval-rule-pattern': (p) =>
    `In row ${p.row} the parameter "${p.parameter}" of "${p.rule}" holds "${p.value}", which is no regular expression (${p.detail}); these parameters are read as patterns. The row is left out of the scores; the others are judged. Put a backslash before signs such as ( [ * + ?`,
}
