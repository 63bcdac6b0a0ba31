/** One key of an interface as a document states it. */
interface Member {
  key: string
  optional: boolean
  type: string
}

interface Interface {
  base: string | undefined
  members: readonly Member[]
}

/**
 * The types that a document states in its `ts` blocks: interfaces of one member a line, and unions. Small
 * enough to be read without a compiler.
 */
export class JsonTypes {
  private readonly interfaces = new Map<string, Interface>()
  private readonly aliases = new Map<string, string>()
  /** `Interface.key`, for each key that a checked value had. */
  private readonly seen = new Set<string>()

  constructor(markdown: string) {
    const blocks = Array.from(markdown.matchAll(/^```ts\n([^]*?)^```$/gm), ([, text = '']) => text)
    const code = blocks.join('\n').replace(/\/\*\*[^]*?\*\//g, '')
    for (const [, name = '', base, body = ''] of code.matchAll(
      /^interface (\w+)(?: extends (\w+))? \{\n([^}]*)\}$/gm,
    )) {
      this.interfaces.set(name, { base, members: membersOf(body) })
    }
    for (const [, name = '', type = ''] of code.matchAll(/^type (\w+) = (.+)$/gm)) {
      this.aliases.set(name, type)
    }
  }

  /** Where a value differs from a type, one line each: keys too many, keys too few, values of another type. */
  check(value: unknown, type: string, at = type): string[] {
    const differences = this.alternatives(type).map((one) => this.checkOne(value, one, at))
    return differences.find((found) => found.length === 0) ?? differences.at(-1) ?? []
  }

  /** The keys of all types that no checked value has had. */
  unseen(): string[] {
    return [...this.interfaces].flatMap(([name, { members }]) =>
      members.map(({ key }) => `${name}.${key}`).filter((path) => !this.seen.has(path)),
    )
  }

  private alternatives(type: string): string[] {
    return type.split(' | ').flatMap((one) => {
      const alias = this.aliases.get(one)
      return alias === undefined ? [one] : this.alternatives(alias)
    })
  }

  private checkOne(value: unknown, type: string, at: string): string[] {
    if (type.endsWith('[]')) {
      if (!Array.isArray(value)) return [`${at} is no list`]
      return value.flatMap((item, index) => this.check(item, type.slice(0, -2), `${at}[${index}]`))
    }
    if (this.interfaces.has(type)) return this.checkObject(value, type, at)
    const fits = type.startsWith("'")
      ? value === type.slice(1, -1)
      : type === 'null'
        ? value === null
        : ['string', 'number', 'boolean'].includes(type) && typeof value === type
    return fits ? [] : [`${at} is ${JSON.stringify(value)}, not ${type}`]
  }

  private checkObject(value: unknown, type: string, at: string): string[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [`${at} is ${JSON.stringify(value)}, not ${type}`]
    }
    const left = new Map<string, unknown>(Object.entries(value))
    const differences: string[] = []
    for (const [owner, member] of this.membersOf(type)) {
      const { key, optional } = member
      if (left.has(key)) {
        this.seen.add(`${owner}.${key}`)
        differences.push(...this.check(left.get(key), member.type, `${at}.${key}`))
      } else if (!optional) differences.push(`${at} lacks ${key}`)
      left.delete(key)
    }
    return [...differences, ...[...left.keys()].map((key) => `${at} has ${key}, undocumented`)]
  }

  private membersOf(type: string): [owner: string, member: Member][] {
    const found = this.interfaces.get(type)
    if (!found) throw new Error(`no type ${type}`)
    const inherited = found.base === undefined ? [] : this.membersOf(found.base)
    const own = found.members.map((member): [string, Member] => [type, member])
    return [...inherited, ...own]
  }
}

function membersOf(body: string): Member[] {
  return body
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, key = '', mark = '', type = ''] = /^(\w+)(\??): (.+)$/.exec(line) ?? []
      if (type === '') throw new Error(`no member: ${line}`)
      return { key, optional: mark === '?', type }
    })
}
