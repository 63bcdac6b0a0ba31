import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { renderScript } from '../../src/add-script/render/render'
import type { Change } from '../../src/change/model/script-part'
import { MigrationError } from '../../src/errors'

/*
 * The scripts that cases write, one file a test file, so that a change of the code that is to change no
 * script shows it. `UPDATE_GOLDEN=1` writes the files again from what the cases write now.
 */

const updates = process.env['UPDATE_GOLDEN'] === '1'
const folder = resolve(__dirname, '../../../test/add-script/golden')
const marker = '-- CASE '

/** The recorded texts of one test file, by the name of the case. */
class Golden {
  private readonly recorded: Map<string, string>
  private readonly written = new Map<string, string>()
  private readonly names = new Set<string>()

  constructor(
    private readonly source: string,
    private readonly file: string,
  ) {
    this.recorded = textsIn(this.file)
  }

  /** To be called while the test file is loaded. */
  announce(name: string): void {
    assert.ok(!this.names.has(name), `two cases are called "${name}"`)
    this.names.add(name)
  }

  check(name: string, text: string): void {
    this.written.set(name, text)
    if (updates) return
    const recorded = this.recorded.get(name)
    if (recorded === undefined)
      assert.fail(`no script is recorded for "${name}": record it with UPDATE_GOLDEN=1`)
    assert.equal(text, recorded, 'the script is not the one that is recorded')
  }

  stale(): string[] {
    return updates ? [] : [...this.recorded.keys()].filter((name) => !this.names.has(name))
  }

  /** Cases that did not run (`--test-name-pattern`) keep their texts. */
  update(): void {
    const blocks = [...this.names].flatMap((name) => {
      const text = this.written.get(name) ?? this.recorded.get(name)
      return text === undefined ? [] : [`${marker}${name}\n${text}`]
    })
    mkdirSync(folder, { recursive: true })
    const head = `-- What the cases of ${this.source} write. UPDATE_GOLDEN=1 writes this file.\n`
    writeFileSync(this.file, [head, ...blocks].join('\n'))
  }
}

function textsIn(file: string): Map<string, string> {
  const [, ...blocks] = readIfThere(file).split(`\n${marker}`)
  return new Map(
    blocks.map((block) => {
      const end = block.indexOf('\n')
      return [block.slice(0, end), block.slice(end + 1)]
    }),
  )
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}

const records = new Map<string, Golden>()

/** The record of the test file that is being loaded. */
function recordOfCaller(): Golden {
  const [, name = ''] = /([\w-]+)\.test\.js:/.exec(new Error('where').stack ?? '') ?? []
  assert.ok(name, 'a case is announced while its test file is loaded')
  const known = records.get(name)
  if (known) return known
  const made = new Golden(`${name}.test.ts`, join(folder, `${name}.sql`))
  records.set(name, made)
  test('every recorded script is of a case that is there', async () => {
    await turn() // the cases are announced while the file is loaded
    assert.deepEqual(made.stale(), [], 'remove them with UPDATE_GOLDEN=1')
  })
  if (updates) after(() => made.update())
  return made
}

/**
 * Says, while the test file is loaded, that a case will have its script compared with its record.
 * @returns compares what the case wrote with what is recorded; with `UPDATE_GOLDEN=1` records it
 */
export function announceGolden(name: string): (text: string) => void {
  const record = recordOfCaller()
  record.announce(name)
  return (text) => record.check(name, text)
}

/** The scripts of a change as they are recorded; of a refusal its code. */
export function goldenText(written: Change | MigrationError): string {
  if (written instanceof MigrationError) return `-- refused: ${written.code}\n`
  if (written.scripts.length === 0) return '-- nothing differs\n'
  return written.scripts
    .map((part) => `-- SCRIPT ${scriptName(part)}\n${renderScript(part, { lines: [] })}`)
    .join('\n')
}

/** What a script is for and whether it comes back. */
export function scriptName({ purpose, reversible }: Change['scripts'][number]): string {
  return `${purpose || 'main'} (${reversible})`
}
