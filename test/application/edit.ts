import type { Application, EntityText } from './application'

/** What a team does to its application between two scripts. */
export interface Edit {
  title: string
  changes: readonly Change[]
  /** Answers to what a difference cannot say, as options. */
  answers?: readonly string[]
  online?: boolean
  /** Queries that are true after the upgrade. */
  holds?: readonly string[]
}

type Change = (application: Application) => void

/** Takes the edit before this one back. */
export const revert: Change[] = []

/** The application after each edit, the first one before any. */
export function versionsOf(first: Application, edits: readonly Edit[]): Application[] {
  const versions = [first]
  for (const { changes } of edits) {
    if (changes === revert) versions.push(versions.at(-2)!)
    else versions.push(changed(versions.at(-1)!, changes))
  }
  return versions
}

function changed(application: Application, changes: readonly Change[]): Application {
  const next = structuredClone(application)
  for (const change of changes) change(next)
  return next
}

/** Adds properties, or gives them other decorators. */
export function has(name: string, properties: Record<string, string>): Change {
  return (application) => void Object.assign(entityOf(application, name).has, properties)
}

/** Removes properties. */
export function lacks(name: string, ...properties: readonly string[]): Change {
  return (application) => {
    const { has: all } = entityOf(application, name)
    for (const property of properties) {
      if (!(property in all)) throw new Error(`${name} has no ${property}`)
      delete all[property]
    }
  }
}

/** Replaces text everywhere, or in one class: in its decorators and in those of its properties, which it renames too. */
export function rewrite(from: string | RegExp, to: string, only?: string): Change {
  return (application) => {
    const before = JSON.stringify(application)
    const { entities } = application
    for (const [name, one] of Object.entries(entities))
      if (only === undefined || name === only) entities[name] = rewritten(one, from, to)
    if (JSON.stringify(application) === before) throw new Error(`${String(from)} is nowhere`)
  }
}

function rewritten(
  { is, has: all, ...more }: EntityText,
  from: string | RegExp,
  to: string,
): EntityText {
  // oxfmt-ignore
  const replaced = (text: string) => text.replaceAll(from, to)
  const properties = Object.entries(all).map((pair) => pair.map(replaced))
  return { ...more, is: replaced(is), has: Object.fromEntries(properties) as EntityText['has'] }
}

/** Adds an entity or a view, or replaces one. */
export function entity(name: string, one: EntityText): Change {
  return ({ entities }) => void (entities[name] = one)
}

/** Removes entities. */
export function without(...names: readonly string[]): Change {
  return (application) => {
    for (const name of names) {
      entityOf(application, name)
      delete application.entities[name]
    }
  }
}

/** Gives an entity another name, also where others refer to it. */
export function renamed(from: string, to: string): Change {
  return (application) => {
    const entries = Object.entries(application.entities)
    application.entities = Object.fromEntries(entries.map(([name, one]) => [name === from ? to : name, one])) // oxfmt-ignore
    rewrite(new RegExp(`\\b${from}\\b`, 'g'), to)(application)
  }
}

function entityOf({ entities }: Application, name: string): EntityText {
  const found = entities[name]
  if (!found) throw new Error(`there is no ${name}`)
  return found
}
