import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { MigrationError } from '../../src/errors'
import { emptyState } from '../../src/journal/model/applied-state'
import { planSteps } from '../../src/plan/planner'
import { readFolder } from '../../src/script/folder/read-folder'
import type { Script } from '../../src/script/script'
import { costOf } from '../support/cost'
import { withFolder } from '../support/folder'

type Files = Readonly<Record<string, string | Uint8Array>>

async function read(files: Files): Promise<readonly Script[]> {
  let scripts: readonly Script[] = []
  await withFolder(files, async (folder) => {
    scripts = await readFolder(folder, { shown: 'migration' })
  })
  return scripts
}

async function refusal(files: Files): Promise<MigrationError> {
  const outcome = await read(files).then(planned, (error: unknown) => error)
  assert.ok(outcome instanceof MigrationError, JSON.stringify(outcome))
  return outcome
}

/** What a plan that would run them says of their texts. */
function planned(scripts: readonly Script[]): unknown {
  try {
    return planSteps(
      scripts,
      emptyState,
      { command: 'upgrade' },
      { lateScripts: 'run', strict: false },
    )
  } catch (error) {
    return error
  }
}

async function only(files: Files): Promise<Script> {
  const [script, ...others] = await read(files)
  assert.deepEqual(others, [])
  return script!
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const namesOf = ({ files }: Script) => files.map((file) => file.split('/').at(-1))

test('folder: scripts come in the order of their numbers', async () => {
  const scripts = await read({ '10_c.sql': 'c', '9_b.ts': 'b', '007_a.sql': 'a', 'README.md': '' })

  assert.deepEqual(
    scripts.map(({ revision, title, kind }) => `${revision} ${title} ${kind}`),
    ['7 a sql', '9 b ts', '10 c sql'],
  )
})

test('folder: a SQL script has its sections', async () => {
  const script = await only({ '1_a.sql': '-- MIGRATE UP\na;\n-- MIGRATE DOWN\nb;\n' })

  assert.deepEqual([script.upgrade!.text, script.downgrade!.text], ['a;\n', 'b;\n'])
  assert.equal(script.downgrade!.line, 4)
  assert.equal(script.downgrade!.file, script.file)
})

for (const name of ['1_downgrade.sql', '1_a.down.sql', '1.down.sql', '01-downgrade.sql'])
  test(`folder: ${name} is the downgrade of 1_a.sql`, async () => {
    const script = await only({ '1_a.sql': 'a;', [name]: 'b;' })

    assert.deepEqual([script.kind, script.title], ['sql', 'a'])
    assert.deepEqual(namesOf(script), ['1_a.sql', name])
    assert.equal(script.downgrade!.text, 'b;')
    assert.equal(script.downgrade!.file, script.files[1])
  })

test('folder: a script may be a pair of .up.sql and .down.sql', async () => {
  const script = await only({ '1_a.down.sql': 'b', '1_a.up.sql': 'a' })

  assert.deepEqual([script.kind, script.title, script.upgrade!.text], ['sql', 'a', 'a'])
  assert.deepEqual(namesOf(script), ['1_a.up.sql', '1_a.down.sql'])
})

test('folder: a script without a downgrade has none', async () => {
  assert.equal((await only({ '1_a.sql': 'a' })).downgrade, undefined)
})

test('folder: a module is responsible for the SQL of its revision', async () => {
  for (const files of [
    { '1_a.ts': 'x', '1_a.sql': 'a', '1_downgrade.sql': 'b' },
    { '1_a.ts': 'x', '1_upgrade.sql': 'a', '1_downgrade.sql': 'b' },
    { '1-AddUsers.ts': 'x', '1_add_users.sql': 'a', '1_downgrade.sql': 'b' },
  ]) {
    const script = await only(files)
    assert.deepEqual(
      [script.kind, script.checksumKind, script.upgrade!.text, script.downgrade!.text],
      ['mixed', 'ts', 'a', 'b'],
    )
    assert.equal(script.file, script.files[0])
    assert.deepEqual(namesOf(script), Object.keys(files))
  }
})

test('folder: a module may have SQL for its downgrade alone', async () => {
  const script = await only({ '1_a.ts': 'x', '1_downgrade.sql': 'b' })

  assert.deepEqual([script.kind, script.upgrade, script.downgrade!.text], ['mixed', undefined, 'b'])
})

test('folder: x.js beside x.ts is its build, alone it is the script', async () => {
  const both = await only({
    '1_a.ts': 'source',
    '1_a.js': 'build',
    '1_a.d.ts': '',
    '1_a.js.map': '',
  })
  const build = await only({ '1_a.js': 'build', '1_a.js.map': '' })

  assert.deepEqual(namesOf(both), ['1_a.ts', '1_a.js'])
  assert.deepEqual([both.checksumKind, both.checksum], ['ts', sha256('source')])
  assert.deepEqual([build.checksumKind, build.checksum, build.kind], ['js', sha256('build'), 'ts'])
})

test('folder: a checksum sets line ends and BOM aside and sees all else', async () => {
  const checksum = async (text: string) => (await only({ '1_a.sql': text })).checksum
  const plain = await checksum('a\nb\n')

  assert.equal(plain, sha256('a\nb\n'))
  assert.equal(await checksum('\ufeffa\r\nb\r\n'), plain)
  assert.equal(await checksum('a\rb\r'), plain)
  assert.notEqual(await checksum('a\nb'), plain)
  assert.notEqual(await checksum('a\n b\n'), plain)
})

test('folder: a checksum depends on the downgrade, not on titles', async () => {
  const one = await only({ '1_a.sql': 'a', '1_downgrade.sql': 'b' })
  const renamed = await only({ '1_z.sql': 'a', '1_z.down.sql': 'b' })
  const changed = await only({ '1_a.sql': 'a', '1_downgrade.sql': 'c' })
  const swapped = await only({ '1_a.ts': 'a', '1_upgrade.sql': 'b' })

  assert.equal(renamed.checksum, one.checksum)
  assert.notEqual(changed.checksum, one.checksum)
  assert.notEqual(swapped.checksum, one.checksum)
})

test('folder: a BOM is no part of the text, CRLF is', async () => {
  assert.equal((await only({ '1_a.sql': '\ufeffa\r\n' })).upgrade!.text, 'a\r\n')
})

const refusals: readonly [rule: string, files: Files, code: string, message: RegExp][] = [
  [
    'two titles',
    { '1_a.sql': '', '01_b.sql': '' },
    'REVISION_TAKEN',
    /two scripts have the revision 1/,
  ],
  ['two modules', { '1_a.js': '', '1_a.mjs': '' }, 'REVISION_TAKEN', /revision 1/],
  ['two sources', { '1_a.ts': '', '1_a.mts': '' }, 'REVISION_TAKEN', /revision 1/],
  ['two upgrades', { '1_a.sql': '', '1_upgrade.sql': '' }, 'REVISION_TAKEN', /revision 1/],
  [
    'two downgrades',
    { '1_a.sql': '', '1_downgrade.sql': '', '1_a.down.sql': '' },
    'REVISION_TAKEN',
    /1/,
  ],
  [
    'a module and SQL of other titles',
    { '1_a.ts': '', '1_b.sql': '' },
    'REVISION_TAKEN',
    /revision 1/,
  ],
  [
    "another title's downgrade",
    { '1_a.sql': '', '1_b.down.sql': '' },
    'REVISION_TAKEN',
    /revision 1/,
  ],
  ['an unreadable name', { '12abc.sql': '' }, 'SCRIPT_NAME_INVALID', /looks like a script/],
  ['revision 0', { '0_a.sql': '' }, 'SCRIPT_NAME_INVALID', /revision 0/],
  [
    'a lonely downgrade',
    { '1_downgrade.sql': '' },
    'SCRIPT_INVALID',
    /a downgrade without its upgrade/,
  ],
  [
    'a section and a file',
    { '1_a.sql': '-- MIGRATE UP\n-- MIGRATE DOWN\n', '1_downgrade.sql': '' },
    'SCRIPT_INVALID',
    /two downgrades/,
  ],
  [
    'markers in a downgrade file',
    { '1_a.sql': '', '1_downgrade.sql': '-- MIGRATE UP\n' },
    'SCRIPT_INVALID',
    /all one direction/,
  ],
  ["a folder of a script's name", { '1_a.sql/x': '' }, 'SCRIPT_INVALID', /a folder has the name/],
  ['no scripts', { 'README.md': '' }, 'FOLDER_EMPTY', /no scripts in migration/],
]

for (const [rule, files, code, message] of refusals)
  test(`folder: ${rule}: ${code}`, async () => {
    const error = await refusal(files)

    assert.equal(error.code, code)
    assert.match(error.message, message)
    assert.match(error.hint ?? '', /^[A-Z].*\.$/)
    if (code !== 'FOLDER_EMPTY') assert.match(error.file ?? '', /^migration\//)
  })

test('folder: two scripts of one revision are both named', async () => {
  const { detail } = await refusal({ '1_a.sql': '', '1_b.ts': '' })

  assert.equal(detail, 'migration/1_a.sql\nmigration/1_b.ts')
})

test('folder: text that is not UTF-8 is refused with its place', async () => {
  const latin1 = Buffer.concat([
    Buffer.from('-- ä\ufffd\nx '),
    Buffer.from([0xe4]),
    Buffer.from(' y'),
  ])
  const error = await refusal({ '1_a.sql': latin1 })

  assert.deepEqual(
    [error.code, error.message, error.line, error.column],
    ['SCRIPT_INVALID', 'not UTF-8: byte 0xe4 at byte 11', 2, 3],
  )
  assert.equal(error.excerpt, 'x \ufffd y\n  ^')
})

test('folder: UTF-16 is recognised', async () => {
  const error = await refusal({ '1_a.sql': Buffer.from('\ufeffselect', 'utf16le') })

  assert.equal(error.detail, 'The file starts like UTF-16.')
})

test('folder: a NUL byte is refused with its place', async () => {
  const error = await refusal({ '1_a.sql': 'ä\nb\0' })

  assert.deepEqual([error.message, error.line, error.column], ['a NUL byte at byte 4', 2, 2])
})

test('folder: an error in the text names the file, the line and the column', async () => {
  const error = await refusal({ '1_a.sql': 'a;\n-- migrate: nonsense\n' })

  assert.deepEqual([error.file, error.line, error.column], ['migration/1_a.sql', 2, 4])
})

const problemsIn = ({ message, detail }: MigrationError) => [
  message,
  ...detail!
    .split('\n')
    .map((line) => line.split(':')[0]!)
    .toSorted(),
]

test('folder: several problems with names come together', async () => {
  const error = await refusal({ '1_a.sql': '', '1_b.sql': '', '2 x.sql': '', 'x.sql': '' })

  assert.deepEqual(problemsIn(error), [
    '3 problems with the scripts in migration',
    'migration/1_b.sql',
    'migration/2 x.sql',
    'migration/x.sql',
  ])
})

test('folder: several problems with texts come together', async () => {
  const error = await refusal({
    '1_a.sql': '-- migrate: x\n',
    '2_b.sql': '',
    '3_c.sql': '-- MIGRATE DOWN',
  })

  assert.deepEqual(problemsIn(error), [
    '2 problems with the scripts in migration',
    'migration/1_a.sql',
    'migration/3_c.sql',
  ])
})

test('folder: of very many problems the first are shown, and how many more there are', async () => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`${at + 1} x.sql`, '']))
  const { message, detail } = await refusal(files)

  assert.equal(message, '60 problems with the scripts in migration')
  assert.equal(detail!.split('\n').length, 51)
  assert.equal(detail!.split('\n').at(-1), 'and 10 more')
})

test('folder: an absent folder is told with the nearest one that exists', () =>
  withFolder({ 'a/x': '' }, async (folder) => {
    await assert.rejects(readFolder(join(folder, 'a/b/c'), { shown: 'b/c' }), {
      code: 'FOLDER_NOT_FOUND',
      message: "no scripts' folder b/c",
      hint: `The nearest folder that exists is ${join(folder, 'a')}.`,
    })
    await assert.rejects(readFolder(join(folder, 'a/x')), { code: 'FOLDER_NOT_FOUND' })
  }))

test('folder: an empty folder may be allowed', () =>
  withFolder({ '.gitkeep': '' }, async (folder) => {
    assert.deepEqual(await readFolder(folder, { allowEmpty: true }), [])
    await assert.rejects(readFolder(folder), {
      code: 'FOLDER_EMPTY',
      detail: 'It holds only .gitkeep.',
    })
  }))

test('folder: symbolic links to files are followed, others are refused', () =>
  withFolder({ 'elsewhere.sql': 'a', 'm/README.md': '' }, async (folder) => {
    const path = join(folder, 'm')
    await symlink('../elsewhere.sql', join(path, '1_a.sql'))
    assert.equal((await readFolder(path))[0]!.upgrade!.text, 'a')
    await symlink('../nowhere.sql', join(path, '2_b.sql'))
    await assert.rejects(readFolder(path), { code: 'SCRIPT_INVALID', message: /leads nowhere/ })
  }))

test('folder: reading imports no module and writes nothing', () =>
  withFolder({ '1_a.ts': 'throw new Error("imported")' }, async (folder) => {
    await chmod(folder, 0o555)
    assert.equal((await readFolder(folder)).length, 1)
    await chmod(folder, 0o755)
  }))

test('folder: three thousand scripts cost no more for their number than three hundred', () =>
  withFolder({}, async (folder) => {
    const costs: number[] = []
    for (const count of [300, 3000]) {
      const path = join(folder, String(count))
      await mkdir(path)
      for (let revision = 1; revision <= count; revision++)
        await writeFile(join(path, `${revision}_t.sql`), `CREATE TABLE t${revision} ();\n`)
      assert.equal((await readFolder(path)).length, count)
      costs.push(await costOf(() => readFolder(path)))
    }
    // were it quadratic, a hundred times as much
    assert.ok(costs[1]! < 30 * costs[0]!, costs.join())
  }))

test('folder: who asks before a reading begins shares it, and who asks later gets what is there then', async () => {
  await withFolder({ '1_a.sql': 'a;' }, async (folder) => {
    const [first, second] = await Promise.all([readFolder(folder), readFolder(folder)])
    await writeFile(join(folder, '2_b.sql'), 'b;')
    const started = readFolder(folder)
    await new Promise((settle) => setImmediate(settle))
    await writeFile(join(folder, '3_c.sql'), 'c;')
    const later = await readFolder(folder)

    assert.equal(first, second)
    assert.equal(first.length, 1)
    assert.ok((await started).length >= 2)
    assert.equal(later.length, 3)
  })
})
