import type { ConfigExpectation, FormatsErrors } from '../../../errors/formats'
import type { ErrorTexts } from '../../../errors/texts'

const EXPECTED: Record<ConfigExpectation, string> = {
  whole: 'a positive whole number',
  positive: 'a positive number',
  layers: 'a whole number from 1 to 1000',
  share: 'a number from 0 to 1',
  even: 'an even number',
  'token-ids': 'a token id or a list of them',
  'divides-heads': 'a divisor of "num_attention_heads"',
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`

function unreadableText({ reason, seconds }: FormatsErrors['verify-unreadable']): string {
  const known: Record<string, string> = {
    silent: `it said nothing for ${seconds} s`,
    worker: 'its worker ended with an error',
    several: 'it took it for one of several files',
    gaps: 'the tensors do not lie end to end and fill the file',
  }
  return known[reason] ?? `it says “${reason}”`
}

export const formatsErrors: ErrorTexts<FormatsErrors> = {
  'json-not-object': (p) =>
    `${p.file} is JSON but holds no fields, so nothing can be read from it. Download or export the file again.`,
  'json-invalid': (p) =>
    `${p.file} is not valid JSON (${p.reason}), so it cannot be read. Download or export the file again.`,
  'config-field': (p) =>
    `${p.file}: "${p.field}" is ${p.value || 'missing'} where ${EXPECTED[p.expected]} is needed, so the model's shape is unknown. ` +
    `Take ${p.file} from the model's original repository.`,
  'model-architecture': (p) =>
    `This model's architecture is ${p.architecture}, which the engine cannot compute. Nothing was loaded. Choose a model of one of these: ${p.works}.`,
  'model-option': (p) =>
    `config.json sets "${p.field}" to ${p.value}, which the engine does not compute: its results would be wrong. Nothing was loaded. Choose a model with "${p.field}" ${p.works}.`,
  'model-rope-scaling': (p) =>
    `config.json asks for the RoPE scaling "${p.type}", which the engine does not compute: positions would be wrong. Nothing was loaded. Choose a model with the default, linear or llama3 RoPE.`,
  'model-sliding-window': (p) =>
    `This model attends through a sliding window of ${p.window} tokens, shorter than its context of ${p.context}; the engine attends to everything, so results would differ. Nothing was loaded. Choose a model without a sliding window.`,
  'model-quantization': (p) =>
    `This checkpoint is quantised with ${p.method}, which cannot be read here. Nothing was loaded. Choose the model's 16-bit checkpoint or a bitsandbytes NF4 one ("-bnb-4bit").`,
  'safetensors-cut-off': (p) =>
    `${p.file} ends early: it has ${p.actual} bytes where its header announces ${p.expected}, so the weights are incomplete. Nothing was loaded. Download or copy the file again.`,
  'safetensors-header': (p) =>
    `The header of ${p.file} is damaged (${p.reason}), so its tensors cannot be found. Nothing was loaded. Check that it is a safetensors file and download it again.`,
  'safetensors-layout': (p) => {
    const wrong = {
      hole: `there are ${p.bytes} bytes that belong to no tensor before ${p.tensor}`,
      overlap: `${p.tensor} begins ${p.bytes} bytes inside another tensor`,
      behind: `${p.bytes} bytes follow its last tensor`,
    }
    return `${p.file} is not laid out as its header says (${wrong[p.problem]}), so its weights cannot be trusted. Nothing was loaded. Download or save the file again.`
  },
  'zip-entry-broken': (p) =>
    `${p.path} in ${p.file} cannot be unpacked (${p.reason}), so the archive is damaged or of a kind that is not read here. Nothing was loaded. Download or pack it again, or give the unpacked folder.`,
  'zip-entry-large': (p) =>
    `${p.path} in ${p.file} would take ${p.bytes} bytes unpacked; at most ${p.most} are unpacked here. Nothing was loaded. Unpack the archive yourself and give the folder.`,
  'lfs-pointer': (p) =>
    `${p.file} is a Git LFS pointer, a small text in the place of the real file, so there are no weights to read. Run "git lfs pull" in that folder, or download the file itself.`,
  'model-no-config': (p) =>
    `${p.folder} has no config.json, so it is not a model folder in the Hugging Face layout (found: ${p.found}). Nothing was loaded. Choose the folder that holds config.json and the safetensors files.`,
  'model-many-configs': (p) =>
    `${p.folder} holds several models (${p.places}), so it is unclear which one is meant. Nothing was loaded. Choose one of these folders.`,
  'model-is-adapter': (p) =>
    `${p.folder} is a LoRA adapter${p.base ? ` for ${p.base}` : ''}, not a model, so it has no weights of its own. Load its base model first, then open the adapter under Try.`,
  'model-no-weights': (p) =>
    `${p.folder} has no safetensors file, so there are no weights to load (found: ${p.found}). Files of other kinds (.bin, .gguf, .pth) are not read. Get the model's safetensors version.`,
  'model-missing-shards': (p) =>
    `${p.folder} lacks ${p.count} of the model's weight files (${p.files}), so the model is incomplete. Nothing was loaded. Add the missing files to the folder and choose it again.`,
  'model-missing-tensors': (p) =>
    `The weight files lack ${p.count} tensors that a ${p.architecture} model needs (${p.tensors}), so the model is incomplete. Nothing was loaded. Check that config.json and the safetensors files are of the same model.`,
  'model-tensor-shape': (p) =>
    `${p.tensor} has the shape [${p.shape}] where config.json means [${p.expected}], so the two are not of the same model. Nothing was loaded. Take config.json and the weights from one repository.`,
  'model-tensor-dtype': (p) =>
    `${p.tensor} is stored as ${p.dtype}, which cannot be read here. Nothing was loaded. Choose the model's bf16, f16 or f32 checkpoint, or a bitsandbytes NF4 one ("-bnb-4bit").`,
  'model-no-tokenizer': (p) =>
    `${p.folder} has no tokenizer.json, so text cannot be turned into this model's tokens. Nothing was loaded. Copy tokenizer.json and tokenizer_config.json from the model's original repository into the folder.`,
  'bnb-state': (p) =>
    `The NF4 data of ${p.tensor} cannot be understood (${p.reason}), so its values are unknown. Nothing was loaded. Download the checkpoint again, or choose the model's 16-bit version.`,
  'model-already-nf4': (p) =>
    `${p.folder} is already stored in 4 bits (NF4), so there is nothing left to quantise. Nothing was written. Use the folder as it is, or give the model's 16 or 32-bit checkpoint.`,
  'adapter-no-config': (p) =>
    `${p.folder} has no adapter_config.json, so it is not a PEFT adapter. Nothing was changed. Choose the folder or zip that holds adapter_config.json and adapter_model.safetensors.`,
  'adapter-no-weights': (p) =>
    `${p.folder} has no adapter_model.safetensors, so there is nothing to load. ` +
    (p.bin
      ? 'adapter_model.bin is a pickle and is not read: save the adapter again as safetensors with a newer PEFT.'
      : 'Add that file and try again.'),
  'adapter-option': (p) =>
    `adapter_config.json sets "${p.field}" to ${p.value}, which the engine does not compute. The adapter was not loaded. Only "${p.field}": ${p.works} works.`,
  'adapter-unknown-tensor': (p) =>
    `The adapter changes ${p.tensor}, which is none of the seven projections that the engine adapts, so the result would be incomplete. It was not loaded. Use an adapter of q, k, v, o, gate, up and down projections only.`,
  'adapter-layers': (p) =>
    `The adapter changes layer ${p.layer}, but the loaded model has only layers 0 to ${p.layers - 1}: it was made for another model. It was not loaded. Load the adapter's own base model first.`,
  'adapter-shape': (p) =>
    `${p.tensor} of the adapter has the shape [${p.shape}] where the loaded model needs [${p.expected}]: it was made for another model. It was not loaded. Load the adapter's own base model first.`,
  'adapter-damaged': (p) =>
    `${p.file} of ${p.folder} is not as it was written: its bytes are not those that manifest.json names, so the adapter would be another than the one that was trained. It was not loaded. Copy the folder again; if you changed the file yourself, delete manifest.json.`,
  'adapter-half': (p) =>
    `The adapter has no ${p.missing} for ${p.module}, so the file is incomplete. It was not loaded. Download or save the adapter again.`,
  'adapter-missing-modules': (p) =>
    `adapter_config.json of ${p.folder} names ${p.modules}, for which the file has no weights, so the adapter covers less than it says. It was not loaded. Save the adapter again, or correct target_modules.`,
  'adapter-foreign': (p) =>
    p.kind === 'mlx'
      ? `${p.folder} is an adapter of mlx-lm (lora_a, lora_b, a scale of its own), not a PEFT one, so it cannot be read here. It was not loaded. Convert it first: PEFT's lora_A and lora_B are mlx-lm's two matrices transposed, and lora_alpha is scale times rank.`
      : `${p.folder} is an adapter in the naming of image models' trainers (lora_down, lora_up), not a PEFT one, so its tensors cannot be placed. It was not loaded. Save it with PEFT, or choose a PEFT adapter.`,
  'adapter-rank': (p) =>
    p.said > 0
      ? `adapter_config.json says rank ${p.said} where ${p.tensor} has ${p.rank}, so the scale lora_alpha / r of this adapter is unclear. It was not loaded. Correct "r" or "rank_pattern", or take config and weights from the same run.`
      : `${p.tensor} has rank ${p.rank}, so it can hold nothing. The adapter was not loaded. Save the adapter again.`,
  'adapter-pattern': (p) =>
    `adapter_config.json has ${JSON.stringify(p.pattern)} as a key of "${p.field}", a Python regular expression that cannot be computed here (${p.reason}), so the scales of this adapter are unknown. It was not loaded. Write the modules' names in its place.`,
  'adapter-not-finite': (p) =>
    `${p.tensor} of the adapter holds ${p.value}, so every answer would be nonsense: the run that made it has failed. It was not loaded. Take an earlier checkpoint of that run.`,
  'adapter-twice': (p) =>
    `The adapter has two tensors for the same side of ${p.module} (${p.tensors}), so it is unclear which one counts. It was not loaded. Save one adapter a file.`,
  'adapter-naming': (p) =>
    `${p.tensor} is named as no PEFT adapter of the loaded model is: it would have to be ${p.expected}. PEFT would load such a file without effect. It was not loaded. Rename the tensors, or save the adapter again with PEFT.`,
  'model-renamed-twice': (p) =>
    `The weight files name ${p.tensor} more than once (${p.names}), so it is unclear which one counts. Nothing was loaded. Save the model again with save_pretrained().`,
  'model-unmerged': (p) =>
    `The weight files of ${p.folder} hold an adapter beside the base model's weights (${p.tensor}), which is no plain model. Nothing was loaded. Save it again after merge_and_unload(), or give base model and adapter apart.`,
  'adapter-empty': (p) =>
    `The adapter in ${p.folder} holds no weights, so it would change nothing. It was not loaded. Save the adapter again.`,
  'gguf-tokenizer': (p) =>
    `llama.cpp has no way to split text as this model's tokenizer.json does ("${p.part}": ${p.value}): in a GGUF file its words would become other tokens than in training. Nothing was written. Export safetensors or the PEFT adapter instead; transformers and vLLM read the tokenizer as it is.`,
  'gguf-architecture': (p) =>
    `llama.cpp has no architecture for a ${p.family} model, so that a GGUF file of it could not be run. Nothing was written. Export safetensors or the PEFT adapter instead.`,
  'gguf-option': (p) =>
    `config.json sets "${p.field}" to ${p.value}, for which a GGUF file of the architecture ${p.architecture} has no place: llama.cpp would compute another model without a word. Nothing was written. Export safetensors or the PEFT adapter instead.`,
  'gguf-no-name': (p) =>
    `GGUF has no name for the tensor ${p.tensor}, so that llama.cpp could not find it. Nothing was written. Export safetensors or the PEFT adapter instead.`,
  'export-unknown': (p) =>
    `There is no export format "${p.kind}"${p.suggestion ? ` (did you mean "${p.suggestion}"?)` : ''}. Nothing was written. The formats are ${p.known.join(', ')}.`,
  'export-no-room': (p) =>
    `The export needs ${gigabytes(p.needed)} and the place it goes to has ${gigabytes(p.free)} left, so it was not begun. Free some space, choose another place, or a smaller format.`,
  'verify-unreadable': (p) =>
    `${p.reader} could not open ${p.file} again (${unreadableText(p)}), so it has not been shown that other programs can. Its files are as they were written. Try it in the program that it is for, or with the page in a current Chrome or Edge.`,
  'verify-too-large': (p) =>
    `Opening the export as a model takes ${gigabytes(p.bytes)}, more than the ${gigabytes(p.most)} that a tab holds beside the model that is loaded, so it was asked nothing. Its files were read back. Ask it in the program that it is for; its README has the command.`,
  'pack-damaged': ({ file, part }) =>
    `${file}: ${part} is not as it was packed (missing, cut off or changed), so nothing of the run was taken. Fetch the file again, or pack the run anew where it came from.`,
  'pack-none': ({ file }) =>
    `${file} is no packed run: its manifest.json is missing or says something else. Nothing was written. Give a file of "tune pack", or of "Save the run as one file" in the room Runs.`,
  'pack-empty': ({ file }) =>
    `${file} holds neither a curve nor an adapter, so there is no run to take from it. Pack the run anew where it came from.`,
  'pack-nothing': ({ folder }) =>
    `${folder} holds no adapter/ with its weights, so there is nothing to pack. Give the folder that "tune train --out" wrote; a run that was broken off gets its adapter when it goes on with --resume.`,
}
