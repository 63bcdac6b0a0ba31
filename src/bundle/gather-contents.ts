import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import type { Script, SqlPart } from '../script/script'
import type { CarriedFields } from '../script/source/carried-script'
import type { Settings } from '../settings/value/setting-types'
import { toolVersion } from '../version'
import {
  addVerdicts,
  carriedFields,
  partsOf,
  sqlFilesNamedBy,
  type Verdicts,
} from './carried-scripts'
import { collectModules, ownName, type CollectedModules } from './collect-modules'
import type { BundleContents, CarriedModule } from './bundle-contents'
import { filesMatching } from './files-matching'

/** Contents, and the packages that they leave to where they run. */
export interface GatheredContents {
  contents: BundleContents
  external: readonly string[]
}

/** Turns an absolute path into one that a bundle has. */
type Shorten = (path: string) => string

/**
 * Reads everything that a bundle of these scripts holds.
 * @param values the settings that it carries
 * @throws {MigrationError} SCRIPT_INVALID, SCRIPT_NOT_LOADABLE, SETTINGS_INVALID
 */
export async function contentsOf(
  settings: Settings,
  scripts: readonly Script[],
  values: Readonly<Record<string, string>>,
): Promise<GatheredContents> {
  const short: Shorten = (path) => relative(settings.here, path).split(sep).join('/')
  const { database, typeorm, classes, schema } = settings
  const dataSource = database.kind === 'data_source' ? database.file : undefined
  const entities = await filesMatching(typeorm['entities'])
  const subscribers = await filesMatching(typeorm['subscribers'])
  const own = scripts.flatMap(({ kind, file }) => (kind === 'sql' ? [] : [file]))
  const roots = [...own, ...(dataSource === undefined ? [] : [dataSource]), ...entities]
  const collected = collectModules([...roots, ...subscribers])
  const named = [...new Set(own.flatMap(sqlFilesNamedBy))]
  const fields = scripts.map(carriedFields)
  const contents: BundleContents = {
    typetrek: toolVersion,
    settings: values,
    scripts: fields.map((one) => shortened(one, short)),
    files: textsOf([...named, ...(schema === undefined ? [] : [schema])], short),
    ...(schema !== undefined && { schema: short(schema) }),
    ...(dataSource !== undefined && { dataSource: short(dataSource) }),
    ...(classes && { classes: true }),
    entities: entities.map(short),
    subscribers: subscribers.map(short),
    statements: await verdictsOn(fields, named, schema),
    modules: modulesOf(collected, short),
  }
  return { contents, external: needs(collected, roots.length > 0) }
}

function shortened(fields: CarriedFields, short: Shorten): CarriedFields {
  const { file, files, upgrade, downgrade, ...rest } = fields
  const part = (one: SqlPart): SqlPart => ({ ...one, file: short(one.file) })
  return {
    ...rest,
    file: short(file),
    files: files.map(short),
    ...(upgrade && { upgrade: part(upgrade) }),
    ...(downgrade && { downgrade: part(downgrade) }),
  }
}

function textsOf(files: readonly string[], short: Shorten): Record<string, string> {
  return Object.fromEntries(files.map((file) => [short(file), readFileSync(file, 'utf8')]))
}

async function verdictsOn(
  fields: readonly CarriedFields[],
  named: readonly string[],
  schema: string | undefined,
): Promise<BundleContents['statements']> {
  const own = fields.flatMap(({ upgrade, downgrade }) => [upgrade, downgrade])
  const parts = [
    ...own,
    ...named.flatMap(partsOf),
    schema === undefined ? undefined : whole(schema),
  ]
  const verdicts: Verdicts = new Map()
  for (const part of parts) if (part) await addVerdicts(verdicts, part)
  return Object.fromEntries(verdicts)
}

function whole(file: string): SqlPart {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  return { text, file, line: 1, options: { transaction: true, settings: [] } }
}

function modulesOf({ modules }: CollectedModules, short: Shorten): Record<string, CarriedModule> {
  const entries = [...modules].map(([file, { code, json, es, links }]) => {
    const named = [...links].map(([words, to]) => [words, to === ownName ? to : short(to)])
    const linked = Object.fromEntries(named) as Record<string, string>
    return [short(file), { code, links: linked, ...(json && { json }), ...(es && { es }) }] as const
  })
  return Object.fromEntries(entries)
}

function needs({ external }: CollectedModules, hasModules: boolean): string[] {
  const others = [...external].filter((name) => name !== 'pg' && name !== 'typeorm').toSorted()
  return ['pg', ...(hasModules ? ['typeorm'] : []), ...others]
}
