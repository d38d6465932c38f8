/** @typedef {import('./index.mjs').Mutation} Mutation */

const unit = (file, only) => ({ project: /** @type {const} */ ('unit'), file: `tests/unit/${file}.test.ts`, only })
const writer = unit('gguf-writer')
const vocabulary = unit('gguf-vocabulary')
const mixture = unit('gguf-mixture')
const model = unit('gguf-export')
const exporters = unit('exporters')
const ollama = unit('ollama')
const mix = unit('mix-lora')
const handover = unit('handover')
const push = unit('storage-hub-push')
const pack = unit('run-pack')
const check = unit('export-check')
const kept = unit('kept-for-later')

/** @type {Mutation[]} */
export const exportMutations = [
  {
    name: 'gguf: q8_0 rounds half up instead of away from zero',
    file: 'src/formats/gguf/simple-blocks.ts',
    find: 'scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5)',
    replace: 'Math.floor(scaled + 0.5)',
    test: writer,
  },
  {
    name: 'gguf: the last of equally large weights decides the sign',
    file: 'src/formats/gguf/simple-blocks.ts',
    find: 'if (Math.abs(x[i]) > Math.abs(extreme)) extreme = x[i]',
    replace: 'if (Math.abs(x[i]) >= Math.abs(extreme)) extreme = x[i]',
    test: writer,
  },
  {
    name: 'gguf: the search measures from the first minimum',
    file: 'src/formats/gguf/super-blocks.ts',
    find: 'nearest(fround(factor * fround(v - min)), 0, top)',
    replace: 'nearest(fround(factor * fround(v - low)), 0, top)',
    test: writer,
  },
  {
    name: 'gguf: halves of the K types are rounded up',
    file: 'src/formats/gguf/super-blocks.ts',
    find: 'const whole = fround(value + 12582912) - 12582912',
    replace: 'const whole = Math.floor(value + 0.5)',
    test: writer,
  },
  {
    name: 'gguf: zeros between tensors forgotten',
    file: 'src/formats/gguf/writer.ts',
    find: 'if (zeros > 0) await this.put',
    replace: 'if (zeros > 99) await this.put',
    test: writer,
  },
  {
    name: 'gguf: shapes written rows first',
    file: 'src/formats/gguf/header.ts',
    find: 'shape.toReversed()',
    replace: 'shape',
    test: writer,
  },
  {
    name: 'gguf: a tied embedding is quantised like the rest',
    file: 'src/formats/gguf/mixture.ts',
    find: "name === 'token_embd.weight' && model.tied",
    replace: "name === 'token_embd.weight' && !model.tied",
    test: mixture,
  },
  {
    name: 'gguf: added tokens are plain tokens',
    file: 'src/formats/gguf/vocabulary.ts',
    find: 'looksSpecial(content) ? CONTROL : USER_DEFINED',
    replace: 'looksSpecial(content) ? CONTROL : NORMAL',
    test: vocabulary,
  },
  {
    name: 'gguf: q and k keep their order where pairs are turned',
    file: 'src/exporters/gguf/head-rows.ts',
    find: '(inHead >> 1) + (inHead & 1) * (headDim / 2)',
    replace: 'inHead',
    test: model,
  },
  {
    name: 'gguf: rows of B keep their order',
    file: 'src/exporters/kinds/gguf-lora.ts',
    find: 'interleaved && isTurned(base) ?',
    replace: 'false ?',
    test: model,
  },
  {
    name: "gguf: rsLoRA's alpha as the configuration has it",
    file: 'src/exporters/kinds/gguf-lora.ts',
    find: 'f32(loraScale(adapter.lora) * adapter.lora.r)',
    replace: 'f32(adapter.lora.lora_alpha)',
    test: model,
  },
  {
    name: 'gguf: weights are rounded to the source type before they are stored',
    file: 'src/exporters/kinds/gguf-model.ts',
    find: 'mergedModel(source.opened, mergeParts(source)).exactRows',
    replace: 'mergedModel(source.opened, mergeParts(source)).rows',
    test: model,
  },
  {
    name: 'gguf: a layer without rotation is not noticed',
    file: 'src/exporters/gguf/family.ts',
    find: 'if (wrong >= 0) throw',
    replace: 'if (wrong >= 99) throw',
    test: model,
  },
  {
    name: "mlx: PEFT's arrays as they are",
    file: 'src/exporters/kinds/mlx.ts',
    find: 'out[column * rows + row] = values[row * columns + column]',
    replace: 'out[row * columns + column] = values[row * columns + column]',
    test: exporters,
  },
  {
    name: 'bnb-4bit: blocks begin anew in each window of rows',
    file: 'src/formats/source-rows.ts',
    find: 'const end = all.length - (all.length % NF4_BLOCK)',
    replace: 'const end = all.length',
    test: exporters,
  },
  {
    name: 'exports begin where they do not fit',
    file: 'src/exporters/index.ts',
    find: 'free < bytes',
    replace: 'free < 0',
    test: exporters,
  },
  {
    name: 'gguf: a split is named whatever becomes of whole words',
    file: 'src/formats/gguf/pre-tokenizer.ts',
    find: 'one.ignoreMerges === ignoreMerges &&',
    replace: '',
    test: vocabulary,
  },
  {
    name: 'ollama: the token before every text is written a second time',
    file: 'src/exporters/ollama/modelfile.ts',
    find: 'return text.startsWith(begins) ? text.slice(begins.length) : text',
    replace: 'return text',
    test: ollama,
  },
  {
    name: 'ollama: turns that are not alike pass for a list',
    file: 'src/exporters/ollama/turns.ts',
    find: 'return known.every((messages) => written(turns, messages) === render(messages, true)) ? turns : null',
    replace: 'return turns',
    test: ollama,
  },
  {
    name: 'ollama: tools that are written otherwise are promised',
    file: 'src/exporters/ollama/tool-turns.ts',
    find: '      ? found\n      : null',
    replace: '      ? found\n      : found',
    test: ollama,
  },
  {
    name: 'ollama: thoughts before an earlier question are written',
    file: 'src/exporters/ollama/go-template.ts',
    find: "thought.isKept ? '.Thinking' : 'and .Thinking (gt $i $asked)'",
    replace: "'.Thinking'",
    test: ollama,
  },
  {
    name: 'export: the path of a base on another machine is handed on',
    file: 'src/formats/base-name.ts',
    find: "stated !== null && (isHubId(stated) || stated === 'builtin') ? stated : model",
    replace: 'stated ?? model',
    test: unit('export-base'),
  },
  {
    name: 'pack: the address of a hub that nobody chose is taken over',
    file: 'src/state/run-packs.ts',
    find: '...(isChosen ? { endpoint } : {})',
    replace: '...(endpoint ? { endpoint } : {})',
    test: unit('run-pack'),
  },
  {
    name: 'errors: an error within an error stays English',
    file: 'src/errors/index.ts',
    find: 'isErrorCode(code) ?',
    replace: 'isErrorCode(code) && words === english ?',
    test: unit('errors-within'),
  },
  {
    name: 'handover: raw data are held against the hash of nothing',
    file: 'src/exporters/handover/write-handover.ts',
    find: '      hash.update(bytes)\n',
    replace: '',
    test: handover,
  },
  {
    name: 'mix: the scale of each adapter is forgotten',
    file: 'src/formats/mix-lora.ts',
    find: 'const factor = weight * loraScale(own)',
    replace: 'const factor = weight',
    test: mix,
  },
  {
    name: 'handover: rows of another data set are handed over',
    file: 'src/exporters/handover/write-handover.ts',
    find: "if (facts.data.split('/')[0] !== fingerprint(all)) throw fail('train-other-data', {})",
    replace: '',
    test: handover,
  },
  {
    name: 'push: a broken part is not tried again',
    file: 'src/storage/hub-push.ts',
    find: 'if (isLast) throw error',
    replace: 'throw error',
    test: push,
  },
  {
    name: 'push: a full account passes for a token that may not write',
    file: 'src/storage/hub-push.ts',
    find: '(status === 403 && FULL.test(reason))',
    replace: 'false',
    test: push,
  },
  {
    name: 'push: an address that the hub names is not told before it is asked',
    file: 'src/storage/hub-push.ts',
    find: 'if (!allowed.has(origin)) await allow?.(origin)',
    replace: '',
    test: push,
  },
  {
    name: 'run pack: a damaged part is taken',
    file: 'src/formats/run-pack.ts',
    find: "if (damaged !== null) throw fail('pack-damaged', { file: source.name, part: damaged })",
    replace: '',
    test: pack,
  },
  {
    name: 'run pack: the key of the data file in this browser goes along',
    file: 'src/state/run-packs.ts',
    find: 'const { kept: _k, evalFile, ...said } = data',
    replace: 'const { evalFile, ...said } = data',
    test: pack,
  },
  {
    name: 'export check: bytes that no tensor has are not noticed',
    file: 'src/verify/read-safetensors.ts',
    find: 'if (8 + Number(length) + end !== blob.size)',
    replace: 'if (Number.isNaN(end))',
    test: check,
  },
  {
    name: 'export check: a file that came back damaged is opened all the same',
    file: 'src/state/export-check.ts',
    find: 'if (report.readBack?.damaged) return report',
    replace: '',
    test: check,
  },
  {
    name: 'chat page: an answer waits for its copy, and fails with it',
    file: 'src/exporters/chat-page/page/sw.js',
    find: 'event.waitUntil(keep(cache, request, answer.clone()).catch(() => {}))',
    replace: 'await keep(cache, request, answer.clone())',
    test: kept,
  },
  {
    name: 'export check: a merged folder is asked packed into four bits',
    file: 'src/state/export-check.ts',
    find: "kind === 'bnb-4bit' ? undefined : PLAIN",
    replace: 'undefined',
    test: check,
  },
  {
    name: 'try: the strength of one answer stays for all that follows',
    file: 'src/engine/core/answer.ts',
    find: 'model.setAdapterStrength(before)',
    replace: '',
    test: unit('engine-answer'),
  },
]
