import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, open, readdir, readFile, rmdir, symlink, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemFailure } from '../src/system-error'
import { migrate } from './support/cli'
import { withDatabase } from './support/database'
import { withFolder } from './support/folder'
import { startMigrateAs } from './support/program'

/** What each does, and what is said of it; FOLDER stands for the folder. */
const failures: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  'cannot open FOLDER/absent: it does not exist': (folder) => readFile(join(folder, 'absent')),
  'cannot read: it is a folder': (folder) => readFile(folder),
  'cannot open FOLDER/a.sql/b: a part of its path is not a folder': (folder) =>
    readFile(join(folder, 'a.sql', 'b')),
  'cannot read the folder FOLDER/a.sql: a part of its path is not a folder': (folder) =>
    readdir(join(folder, 'a.sql')),
  'cannot make the folder FOLDER/a.sql: something of that name is there already': (folder) =>
    mkdir(join(folder, 'a.sql')),
  'cannot remove the folder FOLDER: the folder is not empty': (folder) => rmdir(folder),
  'cannot open FOLDER/loop: its symbolic links lead in a circle': async (folder) => {
    await symlink(join(folder, 'loop'), join(folder, 'loop'))
    return open(join(folder, 'loop'))
  },
  [`cannot open FOLDER/${'x'.repeat(300)}: its name is too long`]: (folder) =>
    open(join(folder, 'x'.repeat(300))),
  'cannot start no-such-program: it does not exist': () =>
    new Promise((_, refuse) => spawn('no-such-program').once('error', refuse)),
  'cannot connect to FOLDER/a.sql/socket: a part of its path is not a folder': (folder) =>
    new Promise((_, refuse) =>
      createConnection(join(folder, 'a.sql/socket')).once('error', refuse),
    ),
}

test("the system's own errors are said in words, with what they are about", async () => {
  for (const [message, fail] of Object.entries(failures)) {
    await withFolder({ 'a.sql': '' }, async (folder) => {
      const error = await fail(folder).then(
        () => assert.fail(message),
        (thrown: unknown) => thrown,
      )
      const failure = systemFailure(error)

      assert.equal(failure?.message.replaceAll(folder, 'FOLDER'), message)
      assert.equal(failure?.code, 'SYSTEM_FAILED')
      assert.ok(failure?.hint)
    })
  }
})

test('any other error stays what it is', () => {
  for (const error of [new Error('x'), { code: 'EACCES' }, undefined, 'EACCES'])
    assert.equal(systemFailure(error), undefined)
})

test('a path that leads nowhere is no bug: the command line says what to look at', async () => {
  await withFolder({ 'development.ini': '[migration]\n', file: '' }, async (cwd) => {
    const { status, stdout, stderr } = await migrate(
      ['postgres://localhost/x', 'generate', 'file/1_a.sql', '--json'],
      { cwd },
    )

    assert.equal(status, 2)
    assert.match(stderr, /^error: cannot .*: something of that name is there already$/m)
    assert.doesNotMatch(stderr, /bug in typetrek/)
    const { error } = JSON.parse(stdout) as { error: { code: string } }
    assert.equal(error.code, 'SYSTEM_FAILED')
  })
})

test('too many open files are said so wherever they are met, and never called a bug or a lack of rights', async () => {
  await withDatabase((database) =>
    withFolder({ 'migration/1_a.sql': 'SELECT 1', 'migration/2_b.ts': code }, async (cwd) => {
      let refused = 0
      for (let limit = 17; limit < 26; limit++) {
        const line = `ulimit -n ${limit}; exec "$0" "$@"`
        const bin = join(__dirname, '..', '..', 'bin', 'migrate')
        const { status, output } = await ended(
          spawn('sh', ['-c', line, process.execPath, bin, database.url, 'status'], { cwd }),
        )
        // with fewer, Node itself does not start
        if (status === 0 || !output.includes('error:')) continue
        refused++
        assert.match(output, /this process has too many open files|ulimit -n/)
        assert.doesNotMatch(output, /bug in typetrek|rights of the role/)
      }
      assert.ok(refused > 0, 'one of the limits is met')
    }),
  )
})

const code =
  'export async function upgrade(queryRunner: any) { await queryRunner.query("SELECT 1") }'

function ended(
  child: ReturnType<typeof spawn>,
): Promise<{ status: number | null; output: string }> {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((done) => child.on('close', (status) => done({ status, output })))
}

for (const type of ['commonjs', 'module'])
  test(`TypeScript runs where neither HOME nor TMPDIR can be written (${type})`, async () => {
    await withDatabase((database) =>
      withFolder(
        { 'package.json': JSON.stringify({ type }), 'migration/1_a.ts': code },
        async (cwd) => {
          await writeFile(join(cwd, 'file'), '')
          // nobody can make a folder below a file, not even root
          const nowhere = join(cwd, 'file', 'below')
          const { XDG_CACHE_HOME: _cache, SWC_NATIVE_BINDING_CACHE: _native, ...rest } = process.env
          const env = { ...rest, HOME: nowhere, TMPDIR: nowhere }

          const { status, output } = await startMigrateAs({ env }, cwd, database.url, 'upgrade')
            .ended

          assert.equal(status, 0, output)
          assert.match(output, /1 script applied/)
        },
      ),
    )
  })

test('a package that only development needs and that is not installed is named', () => {
  const unexported = Object.assign(new Error('no such path in @supabase/pg-delta'), {
    code: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
  })
  const missing = Object.assign(new Error("Cannot find package 'simple-git' imported from /app"), {
    code: 'ERR_MODULE_NOT_FOUND',
  })

  assert.equal(systemFailure(missing)?.code, 'PACKAGE_MISSING')
  assert.equal(systemFailure(missing)?.message, 'the package simple-git is not installed')
  assert.equal(systemFailure(unexported), undefined)
  const theirs = Object.assign(new Error("Cannot find module 'left-pad'"), {
    code: 'MODULE_NOT_FOUND',
  })
  assert.equal(systemFailure(theirs), undefined)
})
