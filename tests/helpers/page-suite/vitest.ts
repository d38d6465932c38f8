import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect'

/**
 * Stands in for `vitest` where GPU tests run inside a page: describe, test, hooks and vitest's own matchers, nothing
 * else.
 * Tests are collected while their files load and run afterwards, one at a time.
 */
chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)

// JestAsymmetricMatchers hangs `arrayContaining` and the like on chai's own expect.
export const expect = chai.expect

type Body = () => unknown
interface Group {
  name: string
  parent: Group | null
  before: Body[]
  after: Body[]
  each: Body[]
  tests: { name: string; body: Body; skip: boolean }[]
  groups: Group[]
}

const newGroup = (name: string, parent: Group | null): Group => ({
  name,
  parent,
  before: [],
  after: [],
  each: [],
  tests: [],
  groups: [],
})
const root = newGroup('', null)
let current = root

function addTest(name: string, body: Body, skip = false): void {
  current.tests.push({ name, body, skip })
}

function addGroup(name: string, body: () => void): void {
  const group = newGroup(name, current)
  current.groups.push(group)
  current = group
  body()
  current = group.parent as Group
}

type Variant<B> = (name: string, first: B | object, second?: B | number) => void
const bodyOf = <B>(first: B | object, second?: B | number): B => (typeof first === 'function' ? first : second) as B

function variants<B extends (...args: never[]) => unknown>(add: (name: string, body: B, skip?: boolean) => void) {
  const plain: Variant<B> = (name, first, second) => add(name, bodyOf(first, second))
  const skipped: Variant<B> = (name, first, second) => add(name, bodyOf(first, second), true)
  return Object.assign(plain, {
    skip: skipped,
    skipIf: (condition: unknown) => (condition ? skipped : plain),
    runIf: (condition: unknown) => (condition ? plain : skipped),
    each: (rows: readonly unknown[]) => (name: string, body: (...row: unknown[]) => unknown) => {
      for (const [i, row] of rows.entries()) {
        const own = () => body(...(Array.isArray(row) ? row : [row]))
        add(`${name} (${i + 1})`, own as unknown as B)
      }
    },
  })
}

export const test = variants<Body>(addTest)
/** @alias */
export const it = test
export const describe = variants<() => void>((name, body, skip) => {
  if (!skip) addGroup(name, body)
})
export const beforeAll = (body: Body): void => void current.before.push(body)
export const afterAll = (body: Body): void => void current.after.push(body)
export const beforeEach = (body: Body): void => void current.each.push(body)

export interface PageResult {
  name: string
  status: 'passed' | 'failed' | 'skipped'
  milliseconds: number
  error?: string
}

const describeError = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error)

async function runGroup(group: Group, path: string[], report: (result: PageResult) => unknown): Promise<void> {
  let broken: unknown
  try {
    for (const body of group.before) await body()
  } catch (error) {
    broken = error ?? new Error('a hook failed')
  }
  for (const { name, body, skip } of group.tests) {
    const started = performance.now()
    const result: PageResult = { name: [...path, name].join(' '), status: skip ? 'skipped' : 'passed', milliseconds: 0 }
    try {
      if (broken !== undefined) throw broken
      if (!skip) {
        for (let at: Group | null = group; at; at = at.parent) for (const hook of at.each) await hook()
        await body()
      }
    } catch (error) {
      result.status = 'failed'
      result.error = describeError(error)
    }
    await report({ ...result, milliseconds: Math.round(performance.now() - started) })
  }
  if (broken === undefined) for (const inner of group.groups) await runGroup(inner, [...path, inner.name], report)
  else
    for (const inner of group.groups)
      await report({
        name: [...path, inner.name].join(' '),
        status: 'failed',
        milliseconds: 0,
        error: describeError(broken),
      })
  try {
    for (const body of group.after) await body()
  } catch (error) {
    await report({
      name: [...path, 'afterAll'].join(' '),
      status: 'failed',
      milliseconds: 0,
      error: describeError(error),
    })
  }
}

/** Run what was collected; only tests whose full name contains `filter`. */
export async function runCollected(report: (result: PageResult) => unknown, filter = ''): Promise<void> {
  const prune = (group: Group, path: string[]): void => {
    group.tests = group.tests.filter(({ name }) => [...path, name].join(' ').includes(filter))
    group.groups = group.groups.filter((inner) => {
      prune(inner, [...path, inner.name])
      return inner.tests.length + inner.groups.length > 0
    })
  }
  prune(root, [])
  await runGroup(root, [], report)
}
