import { parse } from 'ini'

/** One key of a section, as written: nothing is expanded. */
export interface IniEntry {
  /** Trimmed; the lines of a continued value are joined with `\n`. */
  value: string
  /** 1-based line of the key. */
  line: number
}

export interface IniSection {
  name: string
  /** 1-based line of the header. */
  line: number
  entries: ReadonlyMap<string, IniEntry>
}

export interface IniProblem {
  line: number
  /** One lowercase line; never quotes a value. */
  message: string
  /** A full sentence that says what to do. */
  hint?: string
  /** Section that the line is in. */
  section?: string
}

export interface Ini {
  /** Every section but `[DEFAULT]`, in the order of the file. */
  sections: ReadonlyMap<string, IniSection>
  /** What `[DEFAULT]` gives to every section. */
  defaults: ReadonlyMap<string, IniEntry>
  problems: readonly IniProblem[]
}

/** A line of the file as the guard understood it, before the `ini` package reads its value. */
interface Guarded {
  sections: Map<string, { line: number; keys: Map<string, number> }>
  /** Text that the `ini` package reads without harm. */
  text: string[]
  problems: IniProblem[]
}

/**
 * Reads an ini text by the rules of Python's configparser as Paste uses them: `=` or `:`, whichever
 * comes first; comments (`#`, `;`) only at a line's start; a line indented deeper than its key goes
 * on with the value; keys keep their case. A section or a key that is there twice is a problem, as in
 * configparser's strict mode. A BOM and any line ending are fine. Never throws.
 *
 * The `ini` package parses; it would cut values at `#` and `;`, make objects of dotted sections and
 * booleans of `true`, and lose `__proto__`, so it is handed encoded names and quoted values.
 * @see https://docs.python.org/3/library/configparser.html#supported-ini-file-structure
 */
export function parseIni(text: string): Ini {
  const guarded = guard(text)
  const parsed: Record<string, unknown> = parse(guarded.text.join('\n'))
  const sections = new Map<string, IniSection>()
  let defaults: ReadonlyMap<string, IniEntry> = new Map()
  for (const [name, { line, keys }] of guarded.sections) {
    const values = parsed[encodeName(name)] as Record<string, string>
    const entries = new Map<string, IniEntry>()
    for (const [key, keyLine] of keys) {
      entries.set(key, { value: (values[encodeName(key)] ?? '').slice(1), line: keyLine })
    }
    if (name === 'DEFAULT') defaults = entries
    else sections.set(name, { name, line, entries })
  }
  return { sections, defaults, problems: guarded.problems }
}

interface OpenKey {
  /** Absent where the key's line is a problem: the lines that go on with it are read over. */
  key?: string
  indent: number
  lines: string[]
}

function guard(text: string): Guarded {
  const guarded: Guarded = { sections: new Map(), text: [], problems: [] }
  let section: string | undefined
  let open: OpenKey | undefined
  const close = () => {
    if (open?.key !== undefined) {
      guarded.text.push(`${encodeName(open.key)}=${quote(open.lines)}`)
    }
    open = undefined
  }
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  for (const [index, line] of lines.entries()) {
    const content = line.trim()
    if (/^[#;]/.test(content)) continue
    if (content === '') {
      open?.lines.push('')
      continue
    }
    const indent = line.length - line.trimStart().length
    if (open && indent > open.indent) {
      open.lines.push(content)
      continue
    }
    close()
    if (content.startsWith('[')) section = openSection(guarded, content, index + 1)
    else open = openKey(guarded, section, content, { line: index + 1, indent })
  }
  close()
  return guarded
}

/** Opens the section even where its header is a problem, so that its keys make no further ones. */
function openSection(guarded: Guarded, content: string, line: number): string {
  const header = headerOf(content)
  const name = header ?? content.slice(1).replace(/\].*$/, '').trim()
  const earlier = guarded.sections.get(name)
  if (header === undefined) {
    const message = 'section header is not of the form [name]'
    guarded.problems.push({ line, message, section: name })
  } else if (earlier) {
    const message = `section [${name}] stands twice, first on line ${earlier.line}`
    guarded.problems.push({ line, message, section: name })
  }
  if (!earlier) guarded.sections.set(name, { line, keys: new Map() })
  guarded.text.push(`[${encodeName(name)}]`)
  return name
}

/** The name in `[name]`; a comment may follow it, since configparser reads over whatever follows. */
function headerOf(content: string): string | undefined {
  const header = /^\[([^\]]+)\](?:\s*[#;].*)?$/.exec(content) ?? /^\[(.+)\]$/.exec(content)
  return header?.[1]?.trim() || undefined
}

function openKey(
  guarded: Guarded,
  section: string | undefined,
  content: string,
  place: { line: number; indent: number },
): OpenKey {
  const problem = (message: string, hint?: string): OpenKey => {
    const where = section === undefined ? {} : { section }
    guarded.problems.push({ line: place.line, message, ...(hint ? { hint } : {}), ...where })
    return { indent: place.indent, lines: [] }
  }
  const delimiter = content.search(/[=:]/)
  if (delimiter === -1) {
    return problem(
      'line has no "=" or ":"',
      'Write key = value, or indent the line so that it goes on with the value above.',
    )
  }
  const key = content.slice(0, delimiter).trim()
  if (key === '') return problem('line has no key before its delimiter')
  const keys = section === undefined ? undefined : guarded.sections.get(section)?.keys
  if (!keys) return problem(`key "${key}" stands before the first [section]`)
  const earlier = keys.get(key)
  if (earlier !== undefined) {
    return problem(`key "${key}" stands twice in [${section}], first on line ${earlier}`)
  }
  keys.set(key, place.line)
  return { key, indent: place.indent, lines: [content.slice(delimiter + 1).trim()] }
}

/** Letters and digits stay; anything that could mean something to the `ini` package does not. */
function encodeName(name: string): string {
  return 'n' + name.replace(/[^A-Za-z0-9]/g, (unit) => '%' + hex4(unit))
}

/** A leading `=` keeps `true`, `false` and `null` strings; no line separator of Unicode is left bare. */
function quote(lines: readonly string[]): string {
  const value = '=' + lines.join('\n').trimEnd()
  return JSON.stringify(value).replace(/[^ -~]/g, (unit) => '\\u' + hex4(unit))
}

function hex4(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0')
}
