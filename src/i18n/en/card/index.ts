/** What the README of an export says; commands, field names and the YAML before them are the same in every language. */
export const card = {
  'card.adapter': 'LoRA adapter',
  'card.adapterOnNf4': 'A LoRA adapter for {title}, trained with TuneTab on an NF4 base.',
  'card.adapterOnOwn': "A LoRA adapter for {title}, trained with TuneTab on the base model's own weights.",
  'card.builtin': "TuneTab's built-in model (demo-model)",
  'card.useTokenizer':
    'Tokenizer and chat template are those of the training run: use them, so that the model is asked in the words that it was trained on.',
  'card.tuned': '{name}, fine-tuned',
  'card.merged': '{title} with a LoRA adapter (r {r}, lora_alpha {alpha}) merged in by TuneTab.',
  'card.asItIs': '{title} as it is, written by TuneTab.',
  'card.ontoNf4': 'The adapter was added to the weights that its NF4 base stands for: what training saw.',
  'card.ontoOwn':
    "The adapter was added to the base model's own weights, in f32, and rounded once to their type. Training saw the NF4 version of the base, so that answers can differ a little from base and adapter together.",
  'card.stored4bit':
    'The projections are stored in 4 bits (NF4), as bitsandbytes quantises them; it must be installed to load them.',
  'card.storedGguf':
    '`{path}` holds the whole model, its tokenizer and its chat template; matrices are stored in {bits}.',
  'card.bits.f32': '32 bits',
  'card.bits.f16': '16 bits (f16)',
  'card.bits.bf16': '16 bits (bf16)',
  'card.bits.q8_0': '8 bits (Q8_0)',
  'card.bits.q4_0': '4 bits (Q4_0)',
  'card.bits.q4_k_m': '4 to 6 bits (Q4_K_M)',
  'card.storedChat':
    'A page that chats with the model on the device that opens it: `model.gguf` in 8 bits (Q8_0), llama.cpp as WebAssembly (`wllama.*`, MIT licence, see `wllama-licence.txt`), and `index.html`. Nothing is sent anywhere.',
  'card.chatClient': 'A small web server',
  'card.chatText':
    'Put this folder on any web server, or start one in it and open `http://localhost:8000`; a phone in the same network opens the computer’s own address instead of `localhost`. Opened as a file, without a server, a browser lets no page read the model beside it. From localhost or an https address the page is kept, where the browser has room for it, and opens without a network from the second visit on. It needs a browser with 64-bit WebAssembly memory: Chrome, Edge or another Chromium from 133 on.',
  'card.fact.base': 'base model',
  'card.fact.parameters': 'adapter parameters',
  'card.fact.data': 'data set',
  'card.fact.dataRows': '{name} ({rows} rows)',
  'card.fact.tokens': 'tokens of the data',
  'card.fact.tokensTrained': '{all}, of which {trained} are trained',
  'card.fact.dataLicense': 'licence of the data',
  'card.fact.license': 'licence of the base model',
  'card.fact.steps': 'optimiser steps',
  'card.fact.loss': 'mean training loss',
  'card.fact.time': 'training time',
  'card.fact.seconds': '{n} s',
  'card.fact.rowsPerStep': 'rows per step',
  'card.fact.lossOn': 'loss on',
  'card.fact.lossOnAnswers': 'assistant turns',
  'card.fact.lossOnAll': 'the whole text',
  'card.scores': 'Scores',
  'card.scoresText':
    'Beside the base model alone: {verdict}. Brackets hold intervals of 95 %; a difference whose interval holds 0 is none.',
  'card.drift': 'Drift',
  'card.driftFailed': 'It could not be measured: {reason}',
  'card.driftText':
    'How far this model is from base and adapter as training saw them, on the first {tokens} tokens of a fixed text (“{text}”), over all {tokens} × {vocabulary} logits:',
  'card.drift.largest': 'largest difference of a logit',
  'card.drift.rms': 'root mean square difference',
  'card.drift.range': 'range of the logits, for comparison',
  'card.drift.divergence': "divergence of the next token's distribution (KL, mean, nats)",
  'card.drift.same': 'same likeliest next token',
  'card.drift.sameAt': 'at {same} of {tokens} positions',
  'card.run': 'How to run it',
  'card.runText': 'The commands are meant for this folder.',
  'card.baseBuiltin': 'The folder demo-model/ of the page that this was trained on, or public/demo-model/ of TuneTab.',
  'card.baseFolder': 'The folder that the base model was read from: put its path here.',
  'card.transformersAndPeft': 'transformers and PEFT',
  'card.readsGguf': 'It reads the file back into full precision (`pip install gguf`):',
  'card.vllmRank': 'vLLM takes adapters up to rank {most}; this one has {r}: export it merged.',
  'card.mlxRope':
    'mlx-lm reads `rope_theta` at the top of a config.json alone, and takes 10000 without a word where it stands in `rope_parameters` only: `tune export --format safetensors` writes the base in a form that it reads.',
  'card.llamaBase':
    'The base model as a GGUF file is needed beside it; `tune export --format gguf-f16` writes `{base}`.',
  'card.ollama':
    'The Modelfile beside this file holds the chat template that was trained with, in Ollama’s language, and what ends an answer.',
  'card.lmStudio': 'In the app: My Models, then the folder of models, and put the file there; or',
  'card.handover.both': `\`train.py\` trains on \`data/rows.jsonl\`: {rows} rows as ids and labels, as TuneTab made them, in the file's order; they
are read in pieces, never whole. \`python prepare.py\` makes the same rows here from \`{from}\`, with all processors:
mapping, chat template, tokenizer and mask. It compares every id and label with TuneTab's and writes \`data/prepared\`;
\`train.py --rows data/prepared\` trains on those.`,
  'card.handover.ready': `\`train.py\` trains on \`data/rows.jsonl\`: {rows} rows as ids and labels, as TuneTab made them, in the file's order; they
are read in pieces, never whole. What they were made of is not here: \`python prepare.py --data {from}\` makes the same
rows from it with all processors, compares every id and label with TuneTab's and writes \`data/prepared\`;
\`train.py --rows data/prepared\` trains on those.`,
  'card.handover.raw': `The rows are not here yet: \`python prepare.py\` makes them first, from \`{from}\`, with
all processors: mapping, chat template, tokenizer and mask. It holds the {rows} rows against the hash of those that
TuneTab made and writes \`data/prepared\`, on which \`train.py\` trains; other rows are refused.
\`tune handover --rows both\` hands on the rows as TuneTab made them, too.`,
  'card.handover': `# {name}: go on with a run of TuneTab

The run has done {step} of {steps} steps on {name}. This folder goes on with it where it is, with TRL, PEFT and
accelerate, on one GPU or many.

\`\`\`sh
python -m venv .venv && source .venv/bin/activate
pip install -r requirements.txt

accelerate launch --config_file accelerate/one-gpu.yaml train.py      # one GPU (or none: then on the processor)
accelerate launch --config_file accelerate/one-node.yaml train.py     # all GPUs of a machine; set num_processes
sbatch train.slurm                                                    # several machines; set --nodes
\`\`\`

\`train.py --model DIR_OR_ID\` names the base model where it is not at \`{path}\`; it must be the very same weights.

| file | what |
| --- | --- |
| \`run.json\` | the run's settings, with the Hugging Face names |
| \`data/\` | the rows, see below |
| \`checkpoint-{step}/\` | adapter, optimiser's states and all steps so far |
| \`handover.json\` | what \`train.py\` and \`prepare.py\` must know of them |
| \`prepare.py\`, \`preparing/\` | makes rows here from data as they are, with TuneTab's rules |
| \`out/\` | what comes of it: \`adapter/\` for PEFT, \`checkpoint-N/\`, \`trainer_state.json\` |

## The rows

{data}

More or other data, however large: \`python prepare.py --other --data FILE_OR_HUB_ID\` maps them as this run's were
(\`--stream\` keeps no copy of a hub's set), and \`train.py --rows data/prepared --anew\` takes the adapter on to them, with
an optimiser and a schedule that begin and the epochs or steps of \`run.json\`.

## What is the same

However many processes there are, a step takes the same {window} rows: a number of processes that divides {window}.
Only where an epoch's last rows do not fill a step do processes repeat some of them. Dropout draws other masks than
TuneTab's, everything else goes on as it would have there.

Back in TuneTab: \`tune train --model ... --data ... --resume out/checkpoint-N --out ...\` goes on with the run and has
its whole curve; \`tune eval\`, \`generate\`, \`export\` and \`merge\` take \`out/adapter\` as \`--lora\`.
`,
}
