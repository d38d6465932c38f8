import type { ValidateFunction } from 'ajv'
import { fail } from '../../errors'
import { holds, share, type ScoreKind } from './kind'

/** JSON that is valid, and valid under a JSON schema (ajv; draft 7, or 2020-12 where `$schema` says so). */
export const json: ScoreKind = {
  figures: { valid_json: share(), fits_schema: share() },
  async prepare(item, { suite, row }) {
    const { schema } = item.fields
    const validate = schema === undefined || schema === null ? null : await compiled(suite, row, schema)
    return (answer) => {
      const found = jsonIn(answer)
      const valid = found !== undefined
      const fits = valid && validate !== null && validate(found.value)
      return {
        parts: { valid_json: holds(valid), ...(validate && { fits_schema: holds(fits) }) },
        detail: {
          ...(validate && !fits && valid && { faults: (validate.errors ?? []).map(faultText).slice(0, 5) }),
        },
      }
    }
  },
}

/** The one JSON value that an answer is, with or without a code fence around it. */
function jsonIn(answer: string): { value: unknown } | undefined {
  const plain = answer.trim()
  const fenced = /^```(?:json)?\s*\n?([^]*?)\n?\s*```$/i.exec(plain)
  try {
    return { value: JSON.parse(fenced ? fenced[1] : plain) }
  } catch {
    return undefined
  }
}

async function compiled(suite: string, row: number, schema: unknown): Promise<ValidateFunction> {
  try {
    const isNew = JSON.stringify((schema as Record<string, unknown>).$schema ?? '').includes('2020-12')
    const { default: Ajv } = isNew ? await import('ajv/dist/2020.js') : await import('ajv')
    return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema as object)
  } catch (cause) {
    throw fail('eval-item-schema', { suite, row, detail: (cause as Error).message }, cause)
  }
}

const faultText = ({ instancePath, message }: { instancePath: string; message?: string }) =>
  `${instancePath || '/'} ${message ?? ''}`.trim()
