import { fail } from '../../errors'

/** A judge that speaks the OpenAI protocol. The key stays in memory: it is in no file and no message. */
export interface JudgeAddress {
  /** Base of the API, such as http://localhost:8000/v1, or the address of chat/completions itself. */
  url: string
  model: string
  key?: string
}

/** What judging has cost so far. */
export interface JudgeCost {
  calls: number
  promptTokens: number
  completionTokens: number
}

export type AskJudge = (system: string, user: string, signal?: AbortSignal) => Promise<string>

const TRIES = 5
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000
const ANSWER_MS = 120_000

/**
 * Asks the judge, greedily. Too many requests (429), a fault of the server (5xx), silence and a broken line are tried
 * again, five times in all, as long apart as the server asks for or twice as long each time. Throws 'eval-judge-…'.
 */
export function judgeAt(
  { url, model, key }: JudgeAddress,
  cost: JudgeCost,
  wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
): AskJudge {
  const address = /\/chat\/completions\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}/chat/completions`
  return async (system, user, signal) => {
    let reason = ''
    for (let tried = 0; tried < TRIES; tried++) {
      if (tried > 0) await wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tried - 1)))
      signal?.throwIfAborted()
      const answer = await once(address, key, requestBody(model, system, user), signal)
      cost.calls++
      if ('text' in answer) {
        cost.promptTokens += answer.promptTokens
        cost.completionTokens += answer.completionTokens
        return answer.text
      }
      reason = answer.reason
      if (answer.final) throw fail('eval-judge-refused', { url: address, reason })
      if (answer.waitMs) await wait(Math.min(LONGEST_WAIT_MS, answer.waitMs))
    }
    throw fail('eval-judge-unreachable', { url: address, reason, tries: TRIES })
  }
}

const requestBody = (model: string, system: string, user: string) =>
  JSON.stringify({
    model,
    temperature: 0,
    max_tokens: 300,
    messages: [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ],
  })

type Once =
  { text: string; promptTokens: number; completionTokens: number } | { reason: string; final: boolean; waitMs?: number }

async function once(address: string, key: string | undefined, body: string, signal?: AbortSignal): Promise<Once> {
  const limit = AbortSignal.timeout(ANSWER_MS)
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
      body,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
    const { status } = response
    if (status === 429 || status >= 500) {
      const seconds = Number(response.headers.get('retry-after'))
      return { reason: `status ${status}`, final: false, waitMs: seconds > 0 ? seconds * 1000 : undefined }
    }
    if (!response.ok) return { reason: `status ${status}`, final: true }
    return read(await response.text())
  } catch (error) {
    signal?.throwIfAborted()
    return { reason: (error as Error).message, final: false }
  }
}

function read(text: string): Once {
  try {
    const value = JSON.parse(text) as {
      choices?: { message?: { content?: unknown } }[]
      usage?: { prompt_tokens?: number; completion_tokens?: number }
    }
    const content = value.choices?.[0]?.message?.content
    if (typeof content !== 'string' || content.trim() === '') return { reason: 'no-text', final: false }
    const { prompt_tokens = 0, completion_tokens = 0 } = value.usage ?? {}
    return { text: content, promptTokens: prompt_tokens, completionTokens: completion_tokens }
  } catch {
    return { reason: 'no-json', final: false }
  }
}
