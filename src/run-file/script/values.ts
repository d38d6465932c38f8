/** What an expression of a script is worth, as far as that can be told without running it. */
export type Value = null | boolean | number | string | Value[] | Dictionary | Call | Named | Routine | Unknown

/** A dictionary, a class with its attributes, what argparse leaves: texts to values. */
export class Dictionary {
  readonly entries: Map<string, Value>
  constructor(entries: Map<string, Value>) {
    this.entries = entries
  }
}

/** A name from elsewhere, such as `torch.float16`. */
export class Named {
  readonly path: string
  constructor(path: string) {
    this.path = path
  }
}

/** One keyword argument, and where it stands. */
export interface Given {
  value: Value
  line: number
  /** As it is written: `formatting_func=format_row`. */
  text: string
}

/** A call of something that the script does not define itself: `LoraConfig(r=64)`. */
export class Call {
  readonly given = new Map<string, Given>()
  readonly args: Value[] = []
  /** With its path: `FastLanguageModel.from_pretrained`. */
  readonly callee: string
  readonly line: number
  constructor(callee: string, line: number) {
    this.callee = callee
    this.line = line
  }

  /** Last part of the callee. */
  get name(): string {
    return this.callee.split('.').at(-1)!
  }
}

/** A function of the script. */
export class Routine {
  readonly name: string
  readonly run: (args: Value[], given: Map<string, Given>) => Value
  constructor(name: string, run: Routine['run']) {
    this.name = name
    this.run = run
  }
}

/** Known only when the script runs. */
export class Unknown {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Texts, numbers, flags, lists and dictionaries as JSON has them; undefined where a part is known only at run time. */
export function plain(value: Value): unknown {
  if (value instanceof Named) return value.path
  if (value instanceof Dictionary) {
    const entries = [...value.entries].map(([name, inner]) => [name, plain(inner)] as const)
    return entries.some(([, inner]) => inner === undefined) ? undefined : Object.fromEntries(entries)
  }
  if (Array.isArray(value)) {
    const items = value.map(plain)
    return items.includes(undefined) ? undefined : items
  }
  return value === null || typeof value !== 'object' ? value : undefined
}
