import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { MigrationError } from '../../errors'
import { addFile, removeFiles, requireVcs } from '../../git/move'
import { labelOf } from '../../plan/notice'
import { usualLayout, type ScriptLayout } from '../../script/layout/layout'
import { titleFileName } from '../../script/layout/script-name'
import { byRevision, isAfter } from '../../script/revision'
import type { Script } from '../../script/script'
import { readScripts } from '../../script/source/read-scripts'
import type { Settings } from '../../settings/value/setting-types'
import { createWhole } from '../../whole-file'
import { findScript } from '../find-script'
import { proveSquash, type SquashClaim } from './prove-squash'
import { schemaPart } from './from-schema'
import type { SquashOptions, SquashReport } from './squash-options'
import { joinParts } from './sql-squash'
import { squashModules } from './typescript-squash'

/**
 * Writes one script that does what a range of scripts did, once scratch databases have shown that it does:
 * the same catalog, the same rows, and the same again after its downgrade.
 * @param start the revision or uuid of one end of the range, `end` of the other
 * @throws {MigrationError} UNKNOWN_REVISION, SQUASH_REFUSED, USAGE, what the scripts themselves end in
 */
export async function squashScripts(
  settings: Settings,
  start: string,
  end: string,
  options: SquashOptions,
): Promise<SquashReport> {
  const { layout = usualLayout, force = false, fromSchema = false } = options
  const { dryRun = false, remove = false } = options
  if (remove && !dryRun) requireVcs(settings.vcs)
  const scripts = (await readScripts(settings, { layout })).toSorted(byRevision)
  const range = rangeOf(scripts, findScript(scripts, start), findScript(scripts, end))
  if (fromSchema) refuseEarlier(range)
  refuseLost(range.inside, { force, fromSchema })
  const revisions = range.inside.flatMap(({ revision, squashes = [] }) => [...squashes, revision])
  const target = targetOf(settings, options, range, layout)
  const head = [
    `migrate: squashes ${revisions.join(' ')}`,
    'Squashed from:',
    ...range.inside.map((one) => `  ${labelOf(one)}`),
  ]
  const { file } = target
  const { text, reversible } = await textFor(settings, range, { ...options, layout, head, file })
  const report = {
    ...target,
    text,
    reversible,
    squashed: range.inside,
    added: false,
    removed: false,
  }
  if (dryRun) return report
  const claim = { ...range, ...target, reversible }
  if (file.endsWith('.sql')) await writeProven(settings, claim, text, options)
  else await proveInPlace(settings, claim, text, options)
  const added = await addFile(file, settings.vcs)
  if (!remove) return { ...report, added }
  await removeFiles(
    range.inside.flatMap(({ files }) => files),
    settings.vcs,
  )
  return { ...report, added, removed: true }
}

/** SQL needs nothing beside it: it is proven elsewhere, so that no crash leaves what is not proven. */
async function writeProven(
  settings: Settings,
  claim: SquashClaim,
  text: string,
  options: SquashOptions,
): Promise<void> {
  refuseTaken(claim.file)
  const folder = await mkdtemp(join(tmpdir(), 'typetrek-squash-'))
  try {
    const file = join(folder, basename(claim.file))
    await writeFile(file, text)
    await proveSquash(settings, { ...claim, file }, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  await writeNew(claim.file, text)
}

/** A module imports others by their place: it is proven there, under a hidden name, which no script has. */
async function proveInPlace(
  settings: Settings,
  claim: SquashClaim,
  text: string,
  options: SquashOptions,
): Promise<void> {
  refuseTaken(claim.file)
  const file = join(dirname(claim.file), `.${basename(claim.file)}`)
  try {
    await writeFile(file, text)
    await proveSquash(settings, { ...claim, file }, options)
  } finally {
    await rm(file, { force: true })
  }
  await writeNew(claim.file, text)
}

/** A range of scripts, and those around it. */
export interface SquashRange {
  before: readonly Script[]
  inside: readonly Script[]
  after: readonly Script[]
}

function rangeOf(scripts: readonly Script[], one: Script, other: Script): SquashRange {
  const [from, to] = [scripts.indexOf(one), scripts.indexOf(other)].toSorted((a, b) => a - b)
  const inside = scripts.slice(from, to! + 1)
  if (inside.length > 1)
    return { before: scripts.slice(0, from), inside, after: scripts.slice(to! + 1) }
  throw new MigrationError('USAGE', 'squash takes two scripts, found one', {
    hint: 'Name the first and the last of the scripts that are to become one.',
  })
}

function refuseEarlier({ before: [first] }: SquashRange): void {
  if (!first) return
  throw new MigrationError('USAGE', '--from-schema needs the first scripts', {
    hint: `Begin with ${first.revision}: a schema holds the result of all scripts before it.`,
  })
}

/** What can be reverted now could not be any more; a schema reverts nothing. */
function refuseLost(
  scripts: readonly Script[],
  { force, fromSchema }: { force: boolean; fromSchema: boolean },
): void {
  const irreversible = scripts.filter((script) => script.kind === 'sql' && !script.downgrade)
  const without = fromSchema && irreversible.length < scripts.length ? [] : irreversible
  if (fromSchema && !force && without.length === 0) throw schemaRevertsNothing()
  if (force || without.length === 0 || without.length === scripts.length) return
  const count = scripts.length - without.length
  throw new MigrationError(
    'SQUASH_REFUSED',
    `the squashed script could not be reverted, and ${count} of the scripts can`,
    {
      detail: `Without a downgrade: ${without.map(labelOf).join(', ')}.`,
      hint: 'Squash the scripts before and after it apart, or give --force for a script that cannot be reverted.',
    },
  )
}

function schemaRevertsNothing(): MigrationError {
  return new MigrationError(
    'SQUASH_REFUSED',
    'a schema has no downgrade, and scripts of the range have',
    {
      hint: 'Squash without --from-schema, or give --force for a script that cannot be reverted.',
    },
  )
}

interface Target {
  revision: string
  title: string
  file: string
}

/** Its number is the next after the last of the range, so that what comes after the range still does. */
function targetOf(
  { directory, here }: Settings,
  { output = 'squashed', fromSchema = false }: SquashOptions,
  { inside, after }: SquashRange,
  layout: ScriptLayout,
): Target {
  const isModule = !fromSchema && inside.some(({ kind }) => kind !== 'sql')
  const extension = isModule ? 'ts' : 'sql'
  const last = inside.at(-1)!.revision
  const [next] = after
  if (/\.\w+$/.test(output))
    return givenTarget(resolve(here, output), { last, next, extension, layout })
  const revision = String(BigInt(last) + 1n)
  if (next && !isAfter(next.revision, revision)) throw noNumber(last, next.revision)
  const title = titleFileName(output)
  const name = layout.nameFor({ revision, title, extension, role: 'script' })
  return { revision, title, file: join(directory, name) }
}

interface Between {
  last: string
  next: Script | undefined
  extension: string
  layout: ScriptLayout
}

function givenTarget(file: string, { last, next, extension, layout }: Between): Target {
  const reading = layout.readName(basename(file))
  const isScript = reading.is === 'script' && reading.role === 'script'
  if (!isScript || extname(file) !== `.${extension}`) {
    throw new MigrationError(
      'USAGE',
      `${basename(file)} cannot be the name of the squashed script`,
      {
        hint: `It is <digits>_<title>.${extension}.`,
      },
    )
  }
  const { revision, title } = reading
  const fits = isAfter(revision, last) && !(next && !isAfter(next.revision, revision))
  if (!fits) throw noNumber(last, next?.revision)
  return { revision, title, file }
}

function noNumber(last: string, next: string | undefined): MigrationError {
  const until = next === undefined ? '' : ` and before ${next}`
  return new MigrationError(
    'SQUASH_REFUSED',
    `the squashed script needs a number after ${last}${until}`,
    {
      hint: 'Give the scripts after the range newer numbers with touch, or squash up to the last one.',
    },
  )
}

async function textFor(
  settings: Settings,
  { inside, after }: SquashRange,
  {
    fromSchema,
    head,
    file,
    layout,
    ...options
  }: SquashOptions & { head: string[]; file: string; layout: ScriptLayout },
): Promise<{ text: string; reversible: boolean }> {
  const comment = head.map((line) => `-- ${line}`.trimEnd()).join('\n')
  const { markers } = layout
  if (fromSchema) {
    const schema = await schemaPart(settings, after, { ...options, layout })
    return { text: `${comment}\n\n${markers.up}\n${schema}`, reversible: false }
  }
  if (inside.some(({ kind }) => kind !== 'sql')) return squashModules(inside, file, head)
  const parts = (direction: 'upgrade' | 'downgrade') =>
    inside.flatMap((script) => {
      const part = script[direction]
      return part ? [{ label: labelOf(script), part }] : []
    })
  const up = await joinParts(parts('upgrade'))
  const downs = parts('downgrade').toReversed()
  const reversible = downs.length === inside.length
  const down = reversible ? await joinParts(downs) : undefined
  const outside =
    up.transaction && (down?.transaction ?? true) ? '' : '-- migrate: no-transaction\n'
  const below = down ? `\n${markers.down}\n${down.text}` : ''
  return { text: `${comment}\n${outside}\n${markers.up}\n${up.text}${below}`, reversible }
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await createWhole(file, text)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw isTaken(file, cause)
  }
}

function refuseTaken(file: string): void {
  if (existsSync(file)) throw isTaken(file)
}

function isTaken(file: string, cause?: unknown): MigrationError {
  return new MigrationError('USAGE', 'a file of that name already exists', {
    file: relative(dirname(file), file),
    hint: 'Give another title or path.',
    cause,
  })
}
