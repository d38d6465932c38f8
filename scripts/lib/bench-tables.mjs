// The tables of docs/performance.md that a whole run of the bench writes, each between two comments of its name.

const row = (cells) => `| ${cells.join(' | ')} |`
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
const ms = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(2))
const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`

function hostTable({ host }) {
  if (!host) return null
  const { steady_ms: steady, counts } = host
  return table(
    ['step of', 'dispatches', 'submits', 'objects made', 'set up', 'first step', 'steady step, least / median'],
    [
      [
        `${host.model}, ${host.tokens} tokens`,
        counts.dispatches,
        counts.submits,
        counts.buffers + counts.bindGroups + counts.pipelines,
        `${ms(host.set_up_ms)} ms`,
        `${ms(host.first_step_ms)} ms`,
        `${ms(steady.least)} / ${ms(steady.median)} ms`,
      ],
    ],
  )
}

function stepTable(figures) {
  const steps = Object.entries(figures).filter(([name]) => name.startsWith('step '))
  if (steps.length === 0) return null
  return table(
    ['step of', 'tokens', 'ms (software: processor time)', 'FMA peak', 'dispatches', 'most of the time in'],
    steps.map(([name, step]) => {
      const kernels = Object.entries(step.kernels).sort((a, b) => b[1] - a[1])
      const most = kernels.slice(0, 5).map(([kernel, share]) => `${kernel} ${(100 * share).toFixed(0)} %`)
      const share = step.share === undefined ? '–' : percent(step.share)
      return [name.slice(5), step.tokens, ms(step.step_ms), share, step.counts.dispatches, most.join(', ')]
    }),
  )
}

function matmulTable(figures) {
  const all = Object.entries(figures).filter(([name]) => name.startsWith('matmul '))
  if (all.length === 0) return null
  const layouts = ['B^T', 'A B', 'A^T']
  const shapes = new Set(all.flatMap(([, { rows }]) => rows.map(({ shape }) => shape.join(' × '))))
  const variants = [...new Set(all.flatMap(([, { rows }]) => rows.map(({ variant }) => variant)))]
  // A variant a line: shares of the peak for each layout that it takes.
  const cell = (rows, shape, variant) =>
    layouts
      .flatMap((layout) => {
        const found = rows.find(
          (one) => one.shape.join(' × ') === shape && [one.variant, one.layout].join() === [variant, layout].join(),
        )
        return found ? [`${(100 * found.share).toFixed(0)} %`] : []
      })
      .join(' / ') || '–'
  return table(
    ['shape', 'variant', ...all.map(([name]) => `${name.slice(7)}: ${layouts.join(' / ')}`)],
    [...shapes].flatMap((shape) =>
      variants.map((variant) => [shape, variant, ...all.map(([, { rows }]) => cell(rows, shape, variant))]),
    ),
  )
}

function linearsTable(figures) {
  const all = Object.entries(figures).filter(([name]) => name.startsWith('linears '))
  if (all.length === 0) return null
  return table(
    ['GPU', 'rows × N × K', 'forward', 'back', 'of which before the product'],
    all.flatMap(([name, { rows }]) =>
      rows
        .filter(({ way }) => way === 'forward')
        .map((forward) => {
          const { M, N, K } = forward
          const back = rows.find((one) => one.way === 'back' && [one.M, one.N, one.K].join() === [M, N, K].join())
          return [
            name.slice(8),
            `${M} × ${N} × ${K}`,
            percent(forward.share),
            percent(back.share),
            `${percent(forward.unpacking)} / ${percent(back.unpacking)}`,
          ]
        }),
    ),
  )
}

function peersTable(figures) {
  const all = Object.entries(figures).filter(([name]) => name.startsWith('peers '))
  if (all.length === 0) return null
  const names = ['TuneTab NF4', 'TuneTab dense', 'jax-js dense', 'ORT MatMulNBits']
  const times = (ratio) => (ratio === undefined ? '–' : ratio.toFixed(1))
  return table(
    ['browser', 'rows × N × K', ...names.map((name) => `${name}, ms`), 'jax-js against NF4', 'ORT against NF4'],
    all.flatMap(([name, { rows, ratios }]) =>
      ratios.map((ratio) => {
        const shape = ratio.shape.join(' × ')
        const cell = (contender) =>
          ['forward', 'back']
            .flatMap((way) => rows.filter((row) => row.name === contender && row.way === way))
            .filter((row) => row.shape.join(' × ') === shape)
            .map((row) => ms(row.cpu_ms))
            .join(' / ') || '–'
        const against = [`${times(ratio['jax-js dense forward'])} / ${times(ratio['jax-js dense back'])}`]
        return [name.slice(6), shape, ...names.map(cell), ...against, times(ratio['ORT MatMulNBits forward'])]
      }),
    ),
  )
}

/** One line a variant, its layouts side by side; bold where the device's tuner may choose it. */
function isaTable(figures) {
  const all = Object.entries(figures).filter(([name]) => name.startsWith('isa '))
  if (all.length === 0) return null
  const tables = ['cycles_per_fma', 'fma_share'].map((figure) => {
    const cards = all.filter(([, { rows }]) => rows.some((row) => figure in row))
    const variants = [...new Set(cards.flatMap(([, { rows }]) => rows.map(({ variant }) => variant)))]
    const cell = (rows, variant) => {
      const own = rows.filter((row) => row.variant === variant && row.layout !== 'A^T')
      if (own.length === 0) return '–'
      const said = own.map((row) =>
        figure === 'fma_share'
          ? `${percent(row.fma_share)} (${row.vgprs}, ${row.waves})`
          : `${row.cycles_per_fma.toFixed(1)}${row.spills > 0 ? ` (${row.spills}, ${row.loop_spills})` : ''}`,
      )
      return own[0].chosen ? `**${said.join(' / ')}**` : said.join(' / ')
    }
    return table(
      ['variant', ...cards.map(([name]) => name.slice(4))],
      variants.map((variant) => [variant, ...cards.map(([, { rows }]) => cell(rows, variant))]),
    )
  })
  return tables.join('\n\n')
}

const TABLES = {
  host: hostTable,
  step: stepTable,
  matmul: matmulTable,
  linears: linearsTable,
  peers: peersTable,
  isa: isaTable,
}

/** The page with its tables made of `figures`; a table whose figures are missing stays as it is. */
export function withTables(page, figures) {
  let text = page
  for (const [name, made] of Object.entries(TABLES)) {
    const body = made(figures)
    const [from, to] = [`<!-- bench: ${name} -->`, `<!-- end: ${name} -->`]
    const [a, b] = [text.indexOf(from), text.indexOf(to)]
    if (a < 0 || b < a) throw new Error(`docs/performance.md has no place for the table "${name}"`)
    if (body) text = `${text.slice(0, a + from.length)}\n\n${body}\n\n${text.slice(b)}`
  }
  return text
}
