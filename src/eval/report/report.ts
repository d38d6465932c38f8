import { SCORE_KINDS } from '../kinds'
import type { JudgeResult } from '../judge/pairwise'
import type { RatingResult } from '../judge/single'
import type { Figure } from '../kinds/kind'
import type { Claim } from '../kinds/truth'
import type { Sample, Scores } from '../run/scores'
import type { SuiteScores } from '../run/sheet'
import type { Reason, Verdict } from '../run/verdict'
import { differenceWord } from '../statistics/difference-word'
import type { Estimate } from '../types'
import { barChart, escaped, lineChart } from './charts'
import { STYLE } from './style'
import { sayer, written, type ReportWords, type Say } from './words'

/**
 * One page that stands alone: no script, no address, charts as SVG, every language in it, one of them shown. Numbers
 * never stand without n.
 */
export function reportHtml(scores: Scores, words: Record<string, ReportWords>): string {
  const languages = Object.keys(words)
  const switches = languages
    .map(
      (language, i) =>
        `<input type="radio" name="language" id="to-${language}"${i === 0 ? ' checked' : ''}>` +
        `<label for="to-${language}" lang="${language}">${escaped(words[language]['score.report.language'])}</label>`,
    )
    .join('')
  const hidden = languages
    .map((one) => `body:has(#to-${one}:checked) article:not([lang="${one}"]){display:none}`)
    .join('')
  const articles = languages.map((one) => article(scores, one, sayer(words[one]))).join('')
  const title = `${escaped(scores.facts.model)} · TuneTab`
  return (
    `<!doctype html><html lang="${languages[0]}"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width"><title>${title}</title>` +
    `<style>${STYLE}${hidden}</style></head><body><nav>${switches}</nav>${articles}</body></html>\n`
  )
}

/** "41 s", "49 min 26 s". */
function time(seconds: number, say: Say): string {
  const whole = Math.round(seconds)
  if (whole < 120) return say('score.report.seconds', { seconds: whole })
  return say('score.report.minutes', { minutes: Math.floor(whole / 60), seconds: whole % 60 })
}

function article(scores: Scores, language: string, say: Say): string {
  const { facts, candidates, suites, verdicts, strength, samples } = scores
  const parts = [
    `<h1>${escaped(say('score.report.title', { model: facts.model }))}</h1>`,
    `<p>${escaped(say('score.report.made', { date: scores.created.slice(0, 16).replace('T', ' '), time: time(facts.seconds, say) }))}</p>`,
    ...verdicts.map((verdict) => verdictBox(verdict, scores, language, say)),
    ...suites.map((suite) => suiteSection(suite, scores, language, say)),
    ...strength.map(({ candidate, points }) => {
      const names = Object.keys(points[0]?.figures ?? {})
      const charts = names.map((name) => {
        const lines = [{ label: candidate, points: points.map((p) => [p.strength, p.figures[name]] as const) }]
        const title = `${say('score.strength')}${say('mark.colon')}${figureName(name, say)}`
        return `<h3>${escaped(figureName(name, say))}</h3>${lineChart(title, lines, (x) => `${Math.round(x * 100)} %`)}`
      })
      return `<section><h2>${escaped(say('score.strength'))}${say('mark.colon')}${escaped(candidate)}</h2>${charts.join('')}</section>`
    }),
    judgeSection(scores, say),
    `<section><h2>${escaped(say('score.report.samples'))}</h2>`,
    ...samples.map((sample) => sampleBox(sample, scores, language, say)),
    `</section><section><h2>${escaped(say('score.report.facts'))}</h2><table><tbody>`,
    ...factRows(scores, say),
    '</tbody></table></section>',
  ]
  return `<article lang="${language}"><header>${candidates.map(({ name }) => escaped(name)).join(' · ')}</header>${parts.join('')}</article>`
}

function verdictBox(
  { candidate, verdict, reasons, cures }: Verdict,
  scores: Scores,
  language: string,
  say: Say,
): string {
  const lines = reasons.map((reason) => `<li>${escaped(reasonText(reason, scores, language, say))}</li>`)
  const cure = cures.map((one) => say(`score.cure.${one}`)).join(' ')
  return (
    `<section class="verdict ${verdict}"><h2>${escaped(candidate)}${say('mark.colon')}${escaped(say(`score.verdict.${verdict}`))}</h2>` +
    `${lines.length > 0 ? `<ul>${lines.join('')}</ul>` : `<p>${escaped(say(verdict === 'unclear' ? 'score.tooFew' : 'score.noReasons'))}</p>`}` +
    `${cure ? `<p>${escaped(say('score.cure', { cure }))}</p>` : ''}</section>`
  )
}

/** "Held-out loss: 1.92 -> 1.41 (difference −0.51, 95 % from −0.62 to −0.40, n 40); rows 3, 9, 12". */
function reasonText(reason: Reason, { suites }: Scores, language: string, say: Say): string {
  const { suite, figure, base, value, interval, n, effect, items } = reason
  const found = suites.find(({ name }) => name === suite)!
  const { unit } = SCORE_KINDS[found.score].figures[figure]
  return say(`score.reason.${effect}`, {
    suite: titleOf(found, language),
    figure: figureName(figure, say),
    base: written(unit, base),
    value: written(unit, value),
    low: written(unit, interval[0]),
    high: written(unit, interval[1]),
    n,
    items: items.join(say('mark.comma')),
  })
}

function judgeSection({ judge, candidates }: Scores, say: Say): string {
  if (!judge) return ''
  const nameOf = (id: string) => candidates.find((one) => one.id === id)?.name ?? id
  const cost = { calls: judge.cost.calls, tokens: judge.cost.promptTokens + judge.cost.completionTokens }
  const lines = [
    ...(judge.isWeak ? [say('score.judge.weak')] : []),
    ...Object.entries(judge.results).map(([id, found]) => pairwiseText(nameOf(id), found, say)),
    ...Object.entries(judge.ratings).map(([id, found]) => ratingText(nameOf(id), found, say)),
    say('score.report.judgeCost', { model: judge.model, ...cost }),
  ].map((line) => `<p>${escaped(line)}</p>`)
  const error = judge.error ? `<p class="errors">${escaped(judge.error.message)}</p>` : ''
  return `<section><h2>${escaped(say('score.report.judge'))}</h2>${lines.join('')}${error}</section>`
}

function pairwiseText(candidate: string, { share, counts, orderAgreement }: JudgeResult, say: Say): string {
  const agree = orderAgreement ? `${written('share', orderAgreement.value)} (n ${orderAgreement.n})` : '–'
  const counted = say('score.report.judged', { candidate, ...counts, agree })
  return share ? `${counted} ${say('score.report.preferred', estimateParams(share, 'share'))}` : counted
}

function ratingText(candidate: string, { mean, difference, unclear }: RatingResult, say: Say): string {
  if (!mean) return say('score.judge.noRating', { candidate, unclear })
  const rated = say('score.judge.rating', { candidate, unclear, ...estimateParams(mean, 'points') })
  return difference ? `${rated} ${differenceText(difference, 'points', say)}` : rated
}

const estimateParams = ({ value, interval, n }: Estimate, unit: Figure['unit']) => ({
  value: written(unit, value),
  low: written(unit, interval[0]),
  high: written(unit, interval[1]),
  n,
})

function suiteSection(suite: SuiteScores, { candidates }: Scores, language: string, say: Say): string {
  const kind = SCORE_KINDS[suite.score]
  const names = Object.keys(kind.figures).filter((name) => candidates.some(({ id }) => suite.figures[id]?.[name]))
  const head = candidates.map(({ name }) => `<th>${escaped(name)}</th>`).join('')
  const rows = names.map((name) => {
    const { unit } = kind.figures[name]
    const cells = candidates.map(({ id }) => {
      const found = suite.figures[id]?.[name]
      if (!found) return '<td>–</td>'
      const difference = suite.differences[id]?.[name]
      const [low, high] = found.interval.map((one) => written(unit, one))
      const gap = difference
        ? `<br><small class="${difference.verdict}">${escaped(differenceText(difference, unit, say))}</small>`
        : ''
      return `<td>${written(unit, found.value)} <small>[${low}, ${high}] n ${found.n}</small>${gap}</td>`
    })
    return `<tr><th scope="row">${escaped(figureName(name, say))}</th>${cells.join('')}</tr>`
  })
  const errors = suite.errors.slice(0, 5).map(({ message }) => `<li>${escaped(message)}</li>`)
  return (
    `<section><h2>${escaped(titleOf(suite, language))} <small>${escaped(say('score.report.items', { n: suite.n }))}</small></h2>` +
    chartOf(suite, names, candidates, language, say) +
    `<table><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>` +
    `${errors.length > 0 ? `<ul class="errors">${errors.join('')}</ul>` : ''}</section>`
  )
}

/** The suite's first figure as bars, one a candidate. */
function chartOf(
  suite: SuiteScores,
  names: string[],
  candidates: Scores['candidates'],
  language: string,
  say: Say,
): string {
  const [name] = names
  if (name === undefined) return ''
  const { unit } = SCORE_KINDS[suite.score].figures[name]
  const bars = candidates.flatMap(({ id, name: label }) => {
    const found = suite.figures[id]?.[name]
    return found ? [{ label, ...found }] : []
  })
  const top =
    unit === 'share' ? 1 : unit === 'points' ? 100 : Math.max(...bars.map(({ interval }) => interval[1])) * 1.05 || 1
  return barChart(`${titleOf(suite, language)}${say('mark.colon')}${figureName(name, say)}`, bars, top, (value) =>
    written(unit, value),
  )
}

function differenceText(
  difference: SuiteScores['differences'][string][string],
  unit: Figure['unit'],
  say: Say,
): string {
  const { value, interval, n } = difference
  const [low, high] = interval.map((one) => written(unit, one))
  return say(`score.difference.${differenceWord(difference)}`, { value: signed(unit, value), low, high, n })
}

function sampleBox(sample: Sample, { suites, candidates }: Scores, language: string, say: Say): string {
  const suite = suites.find(({ name }) => name === sample.suite)!
  const answers = candidates.flatMap(({ id, name }) => {
    const found = sample.answers[id]
    if (!found) return []
    const kind = SCORE_KINDS[suite.score]
    const marks = Object.entries(found.parts)
      .map(
        ([figure, sums]) =>
          `${figureName(figure, say)} ${written(kind.figures[figure].unit, kind.figures[figure].of(sums))}`,
      )
      .join(' · ')
    return [
      `<div><h4>${escaped(name)}</h4><p class="answer">${escaped(found.text)}</p><small>${escaped(marks)}</small>${claimList(found.detail, say)}</div>`,
    ]
  })
  const wanted =
    sample.wanted === null
      ? ''
      : `<p class="wanted">${escaped(say('score.wanted'))}${say('mark.colon')}${escaped(sample.wanted)}</p>`
  return (
    `<details><summary>${escaped(titleOf(suite, language))} ${escaped(sample.item)}${say('mark.colon')}${escaped(sample.question.slice(0, 120))}</summary>` +
    `<p class="question">${escaped(sample.question)}</p>${wanted}<div class="answers">${answers.join('')}</div></details>`
  )
}

/** Each statement of an answer with its verdict and the passage that it was held against. */
function claimList({ claims }: Record<string, unknown>, say: Say): string {
  if (!Array.isArray(claims) || claims.length === 0) return ''
  const lines = (claims as Claim[]).map(({ text, verdict, overlap, passages }) => {
    const told = verdict
      ? say(`score.claim.${verdict}`)
      : say('score.claim.overlap', { value: written('share', overlap) })
    const [passage] = passages
    const source = passage
      ? `<br><small>${escaped(`${passage.document}${say('mark.colon')}${passage.text.slice(0, 300)}`)}</small>`
      : ''
    return `<li>${escaped(text)} <b>${escaped(told)}</b>${source}</li>`
  })
  return `<ul>${lines.join('')}</ul>`
}

function factRows({ facts, candidates, thresholds }: Scores, say: Say): string[] {
  const all: [string, unknown][] = [
    ['model', facts.model],
    ['model_fingerprint', facts.model_fingerprint],
    ['data', facts.data],
    ['data_sha256', facts.data_sha256],
    ...candidates.slice(1).map(({ name, fingerprint }): [string, unknown] => [name, fingerprint]),
    ['settings', facts.settings],
    ['thresholds', thresholds],
    ['versions', facts.versions],
  ]
  return all
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      return `<tr><th scope="row">${escaped(say(`score.fact.${name}`) === `score.fact.${name}` ? name : say(`score.fact.${name}`))}</th><td><code>${escaped(text)}</code></td></tr>`
    })
}

const titleOf = ({ title }: SuiteScores, language: string) => (language === 'zh-CN' ? title['zh-CN'] : title.en)
const figureName = (name: string, say: Say) => say(`score.figure.${name}`)

const signed = (unit: Figure['unit'], value: number) => (value > 0 ? '+' : '') + written(unit, value)
