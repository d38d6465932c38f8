import { fail } from '../../errors'
import { gpuOption, kvOption, modelOption, type Command } from './command'
import { dataOptionSpecs } from './data'
import { judgeAnswers } from './scoring/judge-answers'
import { scoreModel } from './scoring/score-model'

/** Is it better? A model and its adapters on the same suites, or answers that were made elsewhere. */
export const scoreCommand: Command = {
  summary: 'Score a model and its adapters on the same suites, or judge answers made elsewhere (without a GPU).',
  options: {
    model: { ...modelOption, required: false },
    lora: {
      value: 'DIR',
      many: true,
      help: 'PEFT adapter to compare with the model alone; also several times',
    },
    ...dataOptionSpecs,
    data: { value: 'FILE', help: 'held-out rows, for the suites "loss" and "references"' },
    suite: {
      value: 'NAME,...',
      required: true,
      help: 'built-in suites (ifeval, refusal, forgetting, tool-calls, json, all, ...), or JSON files by their path',
    },
    limit: { value: 'N', min: 1, help: 'ask at most so many items of each suite, spread over it' },
    context: {
      value: 'N',
      min: 128,
      help: "tokens of the longest text of the suite long-context (the model's limit)",
    },
    'max-new-tokens': { value: 'N', min: 1, help: 'tokens of an answer to a row of --data (256)' },
    documents: {
      value: 'PATH',
      many: true,
      help: 'texts (.txt, .md, or a folder of them) that the suite "truth" holds answers against; also several times',
    },
    embeddings: {
      value: 'ID|DIR',
      help: 'find passages of --documents by meaning, with this ONNX encoder of a hub or a folder (default: by words)',
    },
    judge: {
      value: 'URL|DIR|onnx:ID|base',
      help: "who judges: an OpenAI-protocol endpoint such as http://host/v1, another model's folder, an ONNX chat model of a hub or a folder (onnx:...), or the base (weak)",
    },
    hub: { value: 'URL', help: 'where ONNX models come from (default: https://huggingface.co)' },
    'judge-model': { value: 'NAME', help: "the endpoint's model; its key is read from TUNETAB_JUDGE_KEY" },
    'judge-mode': {
      value: 'MODE',
      choices: ['pairwise', 'single', 'both'],
      help: 'pairwise: which of two answers, in both orders (default); single: each alone, from 1 to 10',
    },
    rubric: { value: 'FILE', help: 'text that tells the judge what to look at' },
    thresholds: {
      value: 'LIST',
      help: 'from where on something counts in the verdict, such as loss=0.05,forgetting=0.1,rules=0.05,refusals=0,lost=0.05',
    },
    'kv-dtype': kvOption,
    strengths: { help: 'measure the losses at 0 to 150 % of each adapter, too' },
    config: { value: 'RUN.json', help: 'run file; its quantization, max_length and loss settings are used' },
    answers: {
      value: 'FILE',
      help: 'judge these instead: rows with prompt, instruction_id_list, kwargs (as in IFEval) and response',
    },
    out: { value: 'DIR', required: true, help: 'gets scores.json, report.html and answers.jsonl; or verdicts.jsonl' },
    gpu: gpuOption,
  },
  async run(context) {
    const { model, answers, 'kv-dtype': cache } = context.options
    // Where answers are there, nothing answers.
    for (const [second, given] of Object.entries({ '--model': model, '--kv-dtype': cache }))
      if (answers !== undefined && given !== undefined)
        throw fail('cli-options-exclude', { first: '--answers', second })
    if (answers !== undefined) return judgeAnswers(context)
    if (model === undefined) throw fail('cli-missing-option', { command: 'score', option: '--model or --answers' })
    return scoreModel(context)
  },
}
