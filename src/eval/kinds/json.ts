import type { Schema } from '@cfworker/json-schema'
import { fail } from '../../errors'
import { holds, share, type ScoreKind } from './kind'

/** JSON that is valid, and valid under a JSON schema (draft 7, or 2020-12 where `$schema` says so). */
export const json: ScoreKind = {
  figures: { valid_json: share(), fits_schema: share() },
  async prepare(item, { suite, row }) {
    const { schema } = item.fields
    const validate = schema === undefined || schema === null ? null : await validator(suite, row, schema)
    return (answer) => {
      const found = jsonIn(answer)
      const result = found && validate ? validate(found.value) : null
      return {
        parts: {
          valid_json: holds(found !== undefined),
          ...(validate && { fits_schema: holds(result?.valid === true) }),
        },
        detail: {
          ...(result &&
            !result.valid && {
              faults: result.errors.slice(-5).map(({ instanceLocation, error }) => `${instanceLocation} ${error}`),
            }),
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

async function validator(suite: string, row: number, schema: unknown) {
  // Its first line asks for the address of the script, which a worker made of a blob has not.
  const { Validator } = await import('@cfworker/json-schema')
  try {
    const isNew = JSON.stringify((schema as Record<string, unknown>).$schema ?? '').includes('2020-12')
    const made = new Validator(schema as Schema, isNew ? '2020-12' : '7', false)
    // Unknown types and broken references show on the first value.
    made.validate(null)
    return (value: unknown) => made.validate(value)
  } catch (cause) {
    throw fail('eval-item-schema', { suite, row, detail: (cause as Error).message }, cause)
  }
}
