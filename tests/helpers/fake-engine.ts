import { fail } from '../../src/errors'
import type { TuningReport } from '../../src/contracts/tuning'
import type { Engine, GpuSummary, ModelCard, RunPlan } from '../../src/engine/api/types'
import type { GenerateRequest } from '../../src/contracts/answers'
import type { WritableFolder } from '../../src/contracts/bytes'
import type { RunFile } from '../../src/run-file/run-file'
import type { DataSummary, PreviewRow } from '../../src/contracts/data'
import type { AdapterCard } from '../../src/contracts/lora'
import type { ExportOffer } from '../../src/contracts/exports'
import type { LogRow } from '../../src/contracts/figures'
import type { TrainEvent } from '../../src/contracts/events'

const FAKE_TUNING: TuningReport = {
  key: 'pretend',
  adapter: 'Pretend GPU',
  software: true,
  milliseconds: 1234,
  classes: [
    {
      name: 'forward',
      shape: [128, 512, 896, 1],
      candidates: [
        { variant: 'register 8x8', gflops: 31.5, note: null },
        { variant: 'register 4x4', gflops: 12.25, note: 'slow' },
      ],
      chosen: 'register 8x8',
      gflops: 31.5,
    },
    {
      name: 'nf4 forward',
      shape: [128, 512, 896, 1],
      candidates: [
        { variant: 'nf4 workgroup 8x4', gflops: 28.1, note: null },
        { variant: 'unpacked first', gflops: 25.6, note: null },
      ],
      chosen: 'nf4 workgroup 8x4',
      gflops: 28.1,
    },
  ],
  refused: ['subgroup 8x4'],
  flopsPerSubmit: 1.5e9,
}

/** Looks of the page without a GPU: plays a load, a data set and a run with timers. Nothing here is computed. */
export function createFakeEngine(stepMs = 60): Engine {
  let card: ModelCard | null = null
  let adapter: AdapterCard | null = null
  let summary: DataSummary | null = null
  let paused = false
  let stopped = false
  // Without a pace of its own it waits for nothing, either.
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, stepMs > 0 ? ms : 0))
  const stepsOf = (run: RunFile) => (run.max_steps > 0 ? run.max_steps : Math.ceil(30 * run.num_train_epochs))

  async function writeFiles(out: WritableFolder, files: [string, string][]) {
    for (const [path, text] of files) {
      const sink = await out.create(path)
      await sink.write(new TextEncoder().encode(text))
      await sink.close()
    }
    return files.map(([path, text]) => ({ path, bytes: text.length }))
  }

  const gpu: GpuSummary = {
    vendor: 'example',
    architecture: 'pretend',
    description: 'Pretend GPU',
    isSoftware: true,
    features: ['shader-f16'],
    maxBufferBytes: 1 << 28,
    maxBindingBytes: 1 << 27,
    maxWorkgroupBytes: 16384,
    tuning: null,
    refused: [],
  }

  return {
    gpu: async () => gpu,
    tune: async () => ({ ...gpu, tuning: FAKE_TUNING, refused: ['subgroup 8x4'] }),
    setGpuMemory: async () => {},
    fitModels: async (models) =>
      models.map((_, i) => ({
        verdict: i < 4 ? 'fits' : i < 7 ? 'recompute' : 'too-large',
        peakBytes: (1 + i) * 6e8,
        parameters: (1 + i) * 3e8,
        fetchBytes: (1 + i) * 5e8,
        fourBitBytes: (1 + i) * 2e8,
      })),
    measureRate: async () => {
      await wait(600)
      return 3_800
    },
    async loadModel(source, on, signal) {
      const total = 7_400_000
      for (let done = 0; done <= total; done += total / 10) {
        signal?.throwIfAborted()
        on?.({
          phase: 'quantize',
          done,
          total,
          unit: 'bytes',
          perSecond: 7e6,
          etaSeconds: 1,
          files: [
            { path: 'model.safetensors', done, total, cached: false },
            { path: 'tokenizer.json', done: 200_000, total: 200_000, cached: true },
          ],
        })
        await wait(30)
      }
      adapter = null
      card = {
        id: source.kind === 'hub' ? source.id : 'builtin',
        name: source.kind === 'files' ? source.name : 'tunetab-small',
        source: source.kind,
        family: 'qwen2',
        parameters: 3_300_000,
        layers: 6,
        hiddenSize: 192,
        heads: 6,
        kvHeads: 2,
        headDim: 32,
        vocabSize: 4096,
        contextLength: 1024,
        tiedHead: true,
        license: 'apache-2.0',
        nf4Bytes: 1_300_000,
        gpuBytes: 3_400_000,
        loadSeconds: 0.8,
        supportsTools: true,
        defaultSystem: '',
        exports: OFFERS,
      }
      return card
    },
    model: () => card,
    unloadModel: async () => void (card = null),
    loadEvalData: async (source) =>
      source?.kind === 'file' && summary ? { ...summary, name: source.file.name, rowsKept: 4 } : null,
    async loadData(source, options, on) {
      if (source.kind === 'file' && source.file.name.includes('broken')) throw fail('engine-no-data', {})
      for (let done = 0; done <= 91; done += 13) {
        on?.({ phase: 'tokenize', done, total: 91, unit: 'rows', perSecond: 900 })
        await wait(20)
      }
      summary = {
        name: source.kind === 'file' ? source.file.name : 'sample',
        numbering: 'place',
        mapping: options.mapping ?? { format: 'messages' },
        formats: { messages: 91 },
        question: null,
        encoding: 'utf-8',
        encodings: [],
        columns: ['messages'],
        uses: { messages: ['messages'] },
        leftOut: [{ error: fail('engine-no-data', {}).toJSON(), count: 3, rows: [12, 40, 77] }],
        notes: [],
        examples: { messages: '[{"role":"user","content":"Where is the ferry?"}, …]' },
        rowsRead: 94,
        rowsKept: 91,
        totalTokens: 5_213,
        trainedTokens: 2_977,
        truncatedRows: 2,
        longest: 301,
        histogram: Array.from({ length: 24 }, (_, i) => ({
          from: i * 13,
          to: (i + 1) * 13,
          count: Math.round(18 * Math.exp(-(((i - 5) / 4) ** 2)) + (i > 20 ? 1 : 0)),
        })),
        badRows: [12, 40, 77].map((row) => ({ row, error: fail('engine-no-data', {}).toJSON() })),
        badRowCount: 3,
        prompts: [
          'Where is the ferry?',
          'What is the weather like today?',
          '港口今天几点开门？',
          'Tell me about the lighthouse.',
        ],
      }
      return summary
    },
    async remapData(options) {
      await wait(100)
      summary = { ...summary!, mapping: options.mapping ?? summary!.mapping }
      return summary
    },
    previewRows: async (from, count) => Array.from({ length: count }, (_, i) => previewRow(from + i + 1)),
    async *tokenRows() {},
    async planRun(run, answers): Promise<RunPlan> {
      const memory = [
        { kind: 'base', bytes: 1_300_000 },
        { kind: 'head', bytes: 1_600_000 },
        { kind: 'adapter', bytes: 600_000 },
        { kind: 'gradients', bytes: 600_000 },
        { kind: 'optimizer', bytes: 1_200_000 },
        { kind: 'activations', bytes: 9_800_000 },
        { kind: 'scratch', bytes: 2_100_000 },
        ...(answers
          ? [{ kind: 'answers', bytes: 700_000, answers: { lines: 2, tokens: 90, cache: 'f32' as const } }]
          : []),
      ]
      return {
        steps: stepsOf(run),
        stepsPerEpoch: 23,
        tokens: 13_700,
        trainedTokens: 7_900,
        memory,
        peakBytes: memory.reduce((sum, item) => sum + item.bytes, 0),
        adapterParameters: 150_000,
        checkpointEvery: null,
        heldOut: 0,
        heldRows: [],
        overlap: [],
        evaluations: 0,
      }
    },
    async train(run, { answers }, on) {
      paused = false
      stopped = false
      const steps = stepsOf(run)
      const log: LogRow[] = []
      const started = performance.now()
      adapter = { lora: run.lora, parameters: 150_000, baseModel: 'builtin' }
      on({ kind: 'adapter', card: adapter })
      const look = (step: number) => answers && fakeAnswers(step, step / steps).forEach((answer) => on(answer))
      on({ kind: 'phase', phase: 'compiling', step: 0, steps })
      await wait(200)
      look(0)
      on({ kind: 'phase', phase: 'training', step: 0, steps })
      for (let step = 1; step <= steps && !stopped; step++) {
        if (paused) on({ kind: 'phase', phase: 'paused', step: step - 1, steps })
        while (paused && !stopped) await wait(20)
        if (stepMs > 0 || step % 20 === 0) await wait(stepMs)
        const row: LogRow = {
          step,
          epoch: step / 23,
          loss: 0.6 + 3.2 * Math.exp(-step / 18) + 0.25 * Math.sin(step * 12.9) * Math.exp(-step / 60),
          grad_norm: 0.8 + 0.5 * Math.abs(Math.sin(step * 3.1)),
          learning_rate: run.learning_rate * 0.5 * (1 + Math.cos((Math.PI * step) / steps)),
          num_tokens: step * 228,
        }
        log.push(row)
        on({
          kind: 'step',
          log: row,
          steps,
          tokensPerSecond: 3_800,
          etaSeconds: ((steps - step) * stepMs) / 1000,
          gpuBytes: 17_200_000,
          stepSeconds: stepMs / 1000,
        })
        if (answers && step % Math.ceil(steps * answers.every) === 0) look(step)
        if (step === 3) on({ kind: 'message', level: 'info', text: 'Longest row of the run: 301 tokens.' })
      }
      return {
        reason: stopped ? 'stopped' : 'finished',
        log,
        steps: log.length,
        seconds: (performance.now() - started) / 1000,
        trainLoss: log.reduce((sum, row) => sum + row.loss, 0) / log.length,
        evaluations: [],
        history: [],
        best: null,
        trainerState: { log_history: log },
      }
    },
    async findRate(_run, _options, on) {
      const points = Array.from({ length: 30 }, (_, i) => {
        const smoothed = 3 - Math.min(i, 20) / 10 + Math.max(0, i - 20) / 4
        return { learning_rate: 1e-6 * 10 ** (i / 5), loss: smoothed, smoothed }
      })
      points.forEach((point, i) => on?.(point, i + 1, 30))
      const reason = { kind: 'valley' as const, from: 1e-5, to: 1e-2, rises: 1.6e-2 }
      return { points, suggestion: 3e-4, reason, ended: 'broke' as const }
    },
    pause: () => void (paused = true),
    resume: () => void (paused = false),
    steer: () => {},
    stop: () => void (stopped = true),
    async loadAdapter() {
      adapter = {
        lora: { r: 8, lora_alpha: 16, lora_dropout: 0, target_modules: ['q_proj'], use_rslora: false },
        parameters: 150_000,
        baseModel: 'builtin',
      }
      return adapter
    },
    async mixAdapters(parts) {
      const lora = { r: 8 * parts.length, lora_alpha: 8 * parts.length, lora_dropout: 0, use_rslora: false }
      adapter = { lora: { ...lora, target_modules: ['q_proj'] }, parameters: 300_000, baseModel: 'builtin' }
      return adapter
    },
    adapter: () => adapter,
    removeAdapter: async () => void (adapter = null),
    // Row 3 is learnt by heart, row 5 fights the rest, row 6 does not learn.
    async evaluate({ useAdapter }) {
      const after = [1.1, 1.2, 0.02, 1.3, 2.6, 2.3]
      const per_row = after.map((loss, i) => ({
        row: i + 1,
        loss: useAdapter ? loss : 2.4,
        num_trained_tokens: 20,
        mean_token_accuracy: 0.5,
      }))
      return { loss: useAdapter ? 1.4 : 2.4, num_trained_tokens: 120, mean_token_accuracy: 0.5, per_row }
    },
    rowTokens: async (row) => ({
      row,
      truncated: false,
      tokens: ['Ahoy', ', ', 'sailor'].map((text, id) => ({
        ...{ id, text, special: false, trained: id > 0 },
        base: id > 0 ? -2 : null,
        tuned: id > 0 ? -0.5 : null,
      })),
    }),
    async evaluateOn(_source, _data, { useAdapter }) {
      const per_row = Array.from({ length: 12 }, (_, i) => ({
        row: i + 1,
        loss: (useAdapter ? 1.2 : 2.4) + i / 20,
        num_trained_tokens: 20,
        mean_token_accuracy: useAdapter ? 0.7 : 0.4,
      }))
      return { loss: useAdapter ? 1.5 : 2.7, num_trained_tokens: 240, mean_token_accuracy: 0.5, per_row }
    },
    rowsOf: async () => Array.from({ length: 12 }, (_, i) => i + 1),
    questionsOf: async () =>
      Array.from({ length: 12 }, (_, i) => ({
        row: i + 1,
        messages: [{ role: 'user', content: `When does ferry ${i + 1} leave?` }],
        tools: null,
        reference: 'Ahoy, sailor. The ferry leaves pier three at nine. Fair winds.',
      })),
    // Four signs a token, and four for the template.
    promptTokens: async (prompts) =>
      prompts.map(({ messages }) => 4 + Math.ceil(messages.map(({ content }) => content).join('').length / 4)),
    setAdapterStrength: async () => {},
    async generate(request: GenerateRequest, onText, signal) {
      const answer = request.useAdapter
        ? 'Ahoy, sailor. The ferry leaves pier three at nine, when the tide is high. Fair winds.'
        : 'The ferry is a boat. It is at the sea, and it goes to the town.'
      for (let i = 0; i < answer.length; i += 3) {
        if (signal?.aborted)
          return { token_ids: [], text: answer.slice(0, i), finish: 'cancelled', tokensPerSecond: 30 }
        onText(answer.slice(0, i + 3), i / 3)
        await wait(15)
      }
      return { token_ids: Array.from({ length: 29 }, (_, i) => i), text: answer, finish: 'stop', tokensPerSecond: 30.4 }
    },
    async generateMany(requests, onAnswer, signal) {
      for (const [i, request] of requests.entries()) {
        const made = await this.generate(request, () => {}, signal)
        if (made.finish === 'cancelled') return []
        onAnswer(i, made)
      }
      return []
    },
    async export(kind, out, _options, on) {
      if (kind === 'peft') {
        return writeFiles(out, [
          ['adapter_config.json', '{}'],
          ['adapter_model.safetensors', 'x'.repeat(600_000)],
          ['README.md', '# x'],
        ])
      }
      on?.({ phase: 'merge', done: 1, total: 2, unit: 'tensors' })
      await wait(400)
      return writeFiles(out, [
        ['config.json', '{}'],
        ['model.safetensors', 'x'.repeat(6_000_000)],
      ])
    },
    adapterReadme: async (_, { words = {} } = {}) => `# ${words['card.adapter'] ?? 'x'}`,
    async handover(checkpoint, baseId, out) {
      await writeFiles(out, [['handover.json', JSON.stringify({ model: baseId, from: checkpoint.name })]])
      return { step: 2, steps: 4, rows: 3 }
    },
    dispose: async () => {},
  }
}

const offer = (kind: string, takes: ExportOffer['takes'], bytes: number | null): ExportOffer => ({
  kind,
  takes,
  bytes,
  obstacle: null,
})
const OFFERS = [
  offer('peft', 'adapter', null),
  offer('mlx', 'adapter', null),
  offer('gguf-lora', 'adapter', null),
  offer('safetensors', 'model', 6_600_000),
  offer('gguf-q8_0', 'model', 3_600_000),
]

function fakeAnswers(step: number, share: number): TrainEvent[] {
  const rows = [
    {
      row: 9,
      question: 'Where is the ferry?',
      expected: 'Ahoy, sailor. Pier three, at nine, when the tide is high. Fair winds.',
      early: 'The ferry is a boat. It goes over the sea to the town, and people sit in it.',
    },
    {
      row: 52,
      question: '港口今天几点开门？',
      expected: '喂，水手，清晨六点，潮水一来就开。一路顺风。',
      early: '港口在海边，今天开门。',
    },
  ]
  return rows.map(({ early, ...row }) => ({
    kind: 'answer',
    step,
    ...row,
    text: share < 0.3 ? early : share < 0.6 ? row.expected.slice(0, 14) : row.expected,
    cut: share >= 0.3 && share < 0.6,
  }))
}

function previewRow(row: number): PreviewRow {
  const plain = (text: string) =>
    text
      .match(/ ?[A-Za-z]+|[^A-Za-z]/g)!
      .map((piece, i) => ({ id: 300 + i, text: piece, trained: false, special: false }))
  const special = (text: string, trained = false) => [{ id: 2, text, trained, special: true }]
  const learn = (text: string) => plain(text).map((token) => ({ ...token, trained: true }))
  const [question, answer] =
    row % 2
      ? ['Where is the ferry?', 'Ahoy, sailor. Pier three, at nine, when the tide is high. Fair winds.']
      : ['港口今天几点开门？', '喂，水手，清晨六点，潮水一来就开。一路顺风。']
  return {
    row,
    truncated: row === 2,
    tokens: [
      ...special('<|im_start|>'),
      ...plain('user\n'),
      ...plain(question),
      ...special('<|im_end|>'),
      ...plain('\n'),
      ...special('<|im_start|>'),
      ...plain('assistant\n'),
      ...learn(answer),
      ...special('<|im_end|>', true),
      ...learn('\n'),
    ],
  }
}
