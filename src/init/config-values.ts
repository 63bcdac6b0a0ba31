/** The texts of a project's modules that may say what a configured value is. */
export type ConfigTexts = readonly string[]

/** How often one value may lead to another. */
const deepest = 4

/**
 * What an expression of TypeScript is, as an ini says it: a literal, or a variable of the environment with
 * what stands for it. Values that a configuration service, a constant or a property hands on are looked up
 * in the project's texts. Undefined for what is computed otherwise. Pure.
 * @param here the text that the expression is in
 */
export function configuredValue(
  expression: string,
  here: string,
  texts: ConfigTexts,
  depth = 0,
): string | undefined {
  if (depth > deepest) return undefined
  const plain = literal.exec(expression)
  if (plain) return literalInIni(plain[1] ?? plain[2] ?? '')
  const go = (next: string, text: string) => configuredValue(next, text, texts, depth + 1)
  const asked = service.exec(expression)
  if (asked) return askedValue(asked, expression, { here, texts, go })
  const named = variable.exec(expression)
  const name = named?.[1] ?? named?.[2]
  if (name !== undefined) return withDefault(name, defaultIn(expression))
  const path = chain.exec(expression)?.[1]?.split(/[?!]*\./) ?? []
  return path.length > 0 ? heldValue(path, { here, texts, go }) : undefined
}

interface Looking {
  here: string
  texts: ConfigTexts
  go: (expression: string, text: string) => string | undefined
}

const literal = /^\s*(?:['"`]([^'"`$]*)['"`]|(\d+))\s*(?:,|\}|;|$|\/\/|as\b)/
const variable = /process\.env(?:\.([A-Z_]\w*)|\[\s*['"`](\w+)['"`]\s*\])/i
const service =
  /\.(?:get|getOrThrow)(?:<[^>]*>)?\(\s*(?:['"`]([\w.-]+)['"`]|([A-Za-z_][\w.]*))\s*(?:,\s*([^)]+))?\)/
const chain =
  /^[\s+]*(?:<\w+>\s*)?(?:(?:Number|String|parseInt)\(\s*)?(?:this\.)?([A-Za-z_]\w*(?:[?!]*\.\w+)*)/
const otherwise = /(?:\?\?|\|\|)\s*(?:['"`]([^'"`$]*)['"`]|(\d+))/
const quoted = /^\s*(?:['"`]([^'"`$]*)['"`]|(\d+))/
const environmentName = /^[A-Z_][A-Z0-9_]*$/

function defaultIn(expression: string): string | undefined {
  const found = otherwise.exec(expression)
  return found?.[1] ?? found?.[2]
}

function withDefault(name: string, given: string | undefined): string {
  return given === undefined ? `\${${name}}` : `\${${name}:-${literalInIni(given)}}`
}

/** What a configuration service is asked for: a variable, or the path of a value. */
function askedValue(
  [, key, constant, second = '']: RegExpExecArray,
  expression: string,
  looking: Looking,
): string | undefined {
  const name = key ?? constantIn(constant ?? '', looking)
  if (name === undefined) return undefined
  const given = quoted.exec(second)
  const fallback = given?.[1] ?? given?.[2] ?? defaultIn(expression)
  if (environmentName.test(name)) return withDefault(name, fallback)
  return propertyAt(name.split('.'), looking)
}

/** The text that a constant or a member of an enum stands for; else its own name, where that is a variable's. */
function constantIn(path: string, { here, texts }: Looking): string | undefined {
  const name = path.split('.').at(-1) ?? ''
  const pattern = new RegExp(`\\b${name}\\s*(?::\\s*\\w+\\s*)?[:=]\\s*['"\`]([\\w.-]+)['"\`]`)
  for (const text of [here, ...texts]) {
    const found = pattern.exec(text)?.[1]
    if (found !== undefined) return found
  }
  return environmentName.test(name) ? name : undefined
}

/** What a constant is, or a property of one. */
function heldValue(path: readonly string[], looking: Looking): string | undefined {
  const { here, texts, go } = looking
  const [name = '', ...rest] = path
  if (rest.length === 0) {
    for (const text of [here, ...texts]) {
      const from = new RegExp(`\\{([^{}]*)\\}\\s*=\\s*process\\.env\\b`).exec(text)?.[1] ?? ''
      if (from.split(',').some((one) => one.trim() === name)) return `\${${name}}`
      const declared = declarationOf(name, text)
      const value = declared === undefined ? undefined : go(declared, text)
      if (value !== undefined) return value
    }
    return undefined
  }
  const asked = service.exec(declarationOf(name, here) ?? '')?.[1]
  return propertyAt([...(asked?.split('.') ?? [name]), ...rest], looking)
}

function declarationOf(name: string, text: string): string | undefined {
  return new RegExp(`\\b(?:const|let|var)\\s+${name}\\b[^=;\\n]*=\\s*([^;\\n]+)`).exec(text)?.[1]
}

/** How far from its beginning a group of values is looked through. */
const groupLength = 1500

/** A property of a configuration: in the group of that name, else where only one place says it. */
function propertyAt(path: readonly string[], { here, texts, go }: Looking): string | undefined {
  const name = path.at(-1) ?? ''
  const group = path.at(-2)
  const all = [...texts, here]
  const grouped = group === undefined ? [] : all.flatMap((text) => groupIn(text, group))
  const registered = group === undefined ? [] : all.filter((text) => registers(text, group))
  const saying = all.filter((text) => usesEnvironment(propertyIn(text, name)))
  for (const text of [...grouped, ...registered, ...(saying.length === 1 ? saying : [])]) {
    const expression = propertyIn(text, name)
    const value = expression === undefined ? undefined : go(expression, text)
    if (value !== undefined) return value
  }
  return undefined
}

function usesEnvironment(expression: string | undefined): boolean {
  return expression !== undefined && expression.includes('process.env')
}

function groupIn(text: string, group: string): string[] {
  const start = new RegExp(`\\bregisterAs\\(\\s*['"\`]${group}['"\`]|\\b${group}\\s*[:=]\\s*[({]`)
  const at = text.search(start)
  return at < 0 ? [] : [text.slice(at, at + groupLength)]
}

/** It may be written above the place where it is registered. */
function registers(text: string, group: string): boolean {
  return new RegExp(`\\bregisterAs\\(\\s*['"\`]${group}['"\`]`).test(text)
}

/** The expression after `name:`. Pure. */
export function propertyIn(text: string, name: string): string | undefined {
  const found = new RegExp(`(?<![\\w.])${name}\\s*:\\s*([^\\n]+)`).exec(text)?.[1]
  return found === undefined ? undefined : untilComma(found)
}

/** What comes before a comma that is in no brackets and no quotes. */
function untilComma(expression: string): string {
  let depth = 0
  for (const found of expression.matchAll(/(['"`])(?:(?!\1).)*\1|[([{]|[)\]}]|,/g)) {
    const [mark] = found
    if (mark === ',' && depth === 0) return expression.slice(0, found.index)
    if ('([{'.includes(mark)) depth++
    else if (')]}'.includes(mark)) depth--
  }
  return expression
}

/** A text in which nothing is expanded when it stands in an ini. Pure. */
export function literalInIni(text: string): string {
  return text.replaceAll('%', '%%').replaceAll('${', () => '$${')
}

/** A text without what is commented out. Pure. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|^[ \t]*\/\/.*$|[ \t]\/\/[^'"`\n]*$/gm, '')
}
