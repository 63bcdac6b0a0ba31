import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { commitFiles, type GitRequest } from '../../src/git/git'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { repositoryIn, withRepository, type Repository } from '../support/repository'

const name = 'migration/20260101000000_x.sql'

/** Writes the new script and hands it over, with something else staged and something else changed. */
async function handOver(
  repository: Repository,
  request: Partial<GitRequest> = {},
): Promise<string | undefined> {
  const file = await newScript(repository.folder)
  return commitFiles({ files: [file], message: 'Add migration 1 x', commit: true, ...request })
}

async function newScript(folder: string): Promise<string> {
  const file = join(folder, name)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, 'SELECT 1;\n')
  return file
}

async function stageOther({ folder, git }: Repository): Promise<void> {
  await writeFile(join(folder, 'other.txt'), 'staged\n')
  await git('add', 'other.txt')
  await writeFile(join(folder, 'readme.md'), 'changed\n')
}

test('exactly the new files are committed; what else is staged or changed stays so', async () => {
  await withRepository({}, async (repository) => {
    await stageOther(repository)

    const commit = await handOver(repository)

    const { git } = repository
    assert.equal(await git('rev-parse', 'HEAD'), commit)
    assert.equal(
      await git('show', '--name-only', '--format=%s', 'HEAD'),
      `Add migration 1 x\n\n${name}`,
    )
    assert.equal(await git('status', '--porcelain'), 'A  other.txt\n M readme.md')
  })
})

test('the first commit of a repository works too', async () => {
  await withFolder({}, async (folder) => {
    const repository = repositoryIn(folder)
    await repository.git('init', '--quiet')
    await repository.git('config', 'user.name', 'Ann')
    await repository.git('config', 'user.email', 'ann@example.org')

    await handOver(repository)

    assert.equal(await repository.git('show', '--name-only', '--format=', 'HEAD'), name)
  })
})

test('without a commit the files are only added', async () => {
  await withRepository({}, async (repository) => {
    const commit = await handOver(repository, { commit: false })

    assert.equal(commit, undefined)
    assert.equal(await repository.git('status', '--porcelain'), `A  ${name}`)
  })
})

test('a changed schema goes into the same commit', async () => {
  await withRepository({ 'schema.sql': 'old\n' }, async (repository) => {
    const schema = join(repository.folder, 'schema.sql')
    await writeFile(schema, 'new\n')

    await handOver(repository, { others: [schema] })

    const files = await repository.git('show', '--name-only', '--format=', 'HEAD')
    assert.deepEqual(files.split('\n'), [name, 'schema.sql'])
  })
})

const messages = [
  `Add migration 1 it's "quoted" \`x\` $(id)`,
  '--amend',
  '-m x',
  'Add migration 1 first\n\nsecond line',
  'Add migration 1 a/b\\c',
  'Add migration 1 \u{1F389} ünïcödé',
  '# no comment',
]

for (const message of messages) {
  test(`the message ${JSON.stringify(message)} arrives as it is`, async () => {
    await withRepository({}, async (repository) => {
      await handOver(repository, { message })

      assert.equal(await repository.git('log', '-1', '--format=%B'), `${message}\n`)
      assert.equal(await repository.git('rev-list', '--count', 'HEAD'), '2')
    })
  })
}

test('names that git would take for patterns or options are names', async () => {
  await withRepository({ 'migration/1_a.sql': 'old' }, async ({ folder, git }) => {
    const files = ['migration/1_[ab]*.sql', 'migration/:(top)2.sql', 'migration/-3.sql'].map(
      (file) => join(folder, file),
    )
    for (const file of files) await writeFile(file, 'new')
    await writeFile(join(folder, 'migration/1_a.sql'), 'changed')

    await commitFiles({ files, message: 'm', commit: true })

    assert.equal(await git('status', '--porcelain'), ' M migration/1_a.sql')
  })
})

test('a worktree commits to its own branch', async () => {
  await withRepository({}, async ({ folder, git }) => {
    await git('worktree', 'add', '--quiet', '-b', 'side', 'tree')
    const tree = repositoryIn(join(folder, 'tree'))

    const commit = await handOver(tree)

    assert.equal(await tree.git('rev-parse', 'side'), commit)
    assert.equal(await git('rev-list', '--count', 'main'), '1')
  })
})

interface Refusal {
  when: string
  prepare: (repository: Repository) => Promise<unknown>
  fact: RegExp
  hint: RegExp
}

async function hook({ folder }: Repository, text: string): Promise<void> {
  const file = join(folder, '.git/hooks/pre-commit')
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, text)
  await chmod(file, 0o755)
}

test('a hook sees what a plain git commit gives it', async () => {
  await withRepository({}, async (repository) => {
    const seen = join(repository.folder, '.git/seen')
    await hook(repository, `#!/bin/sh\nenv >${seen}\n`)
    await handOver(repository)

    const names = (await readFile(seen, 'utf8')).match(/^(?:GIT_|LC_)\w+/gm) ?? []
    const usual = ['GIT_EDITOR', 'GIT_EXEC_PATH', 'GIT_INDEX_FILE', 'GIT_PREFIX']
    const others = names.filter((name) => !/^GIT_(?:AUTHOR|COMMITTER|TEST)_/.test(name))
    const own = Object.keys(process.env).filter((name) => name.startsWith('LC_'))
    assert.deepEqual(others.toSorted(), [...usual, ...own].toSorted())
  })
})

const refusals: readonly Refusal[] = [
  {
    when: 'there is no repository',
    prepare: ({ folder }) => rm(join(folder, '.git'), { recursive: true }),
    fact: /in no git repository$/,
    hint: /git init.*vcs = none/,
  },
  {
    when: 'HEAD is detached',
    prepare: ({ git }) => git('checkout', '--quiet', '--detach'),
    fact: /HEAD is detached/,
    hint: /git switch/,
  },
  {
    when: 'a hook fails with a word',
    prepare: (repository) => hook(repository, '#!/bin/sh\necho too ugly >&2\nexit 1\n'),
    fact: /git commit was refused$/,
    hint: /hook/,
  },
  {
    when: 'a hook fails without a word',
    prepare: (repository) => hook(repository, '#!/bin/sh\nexit 1\n'),
    fact: /git commit was refused$/,
    hint: /hook/,
  },
  {
    when: 'git does not know who commits',
    prepare: async ({ git }) => {
      await git('config', 'user.name', '')
    },
    fact: /git does not know who you are$/,
    hint: /user\.name/,
  },
  {
    when: 'gpg cannot sign',
    prepare: async ({ git }) => {
      await git('config', 'commit.gpgsign', 'true')
      await git('config', 'gpg.program', '/bin/false')
    },
    fact: /could not be signed$/,
    hint: /gpgsign/,
  },
  {
    when: 'the key to sign with is not there',
    prepare: async ({ git }) => {
      await git('config', 'commit.gpgsign', 'true')
      await git('config', 'gpg.format', 'ssh')
      await git('config', 'user.signingkey', '/nowhere/key')
    },
    fact: /could not be signed$/,
    hint: /gpgsign/,
  },
  {
    when: 'a merge is in progress',
    prepare: async ({ folder, git }) => {
      await git('switch', '--quiet', '--create', 'side')
      await git('commit', '--quiet', '--allow-empty', '--message=side')
      await git('switch', '--quiet', 'main')
      await git('commit', '--quiet', '--allow-empty', '--message=main')
      await git('stash', '--quiet').catch(() => '')
      await git('merge', '--quiet', '--no-commit', '--no-ff', 'side')
      await git('stash', 'pop', '--index', '--quiet').catch(() => '')
      assert.ok(await readFile(join(folder, '.git/MERGE_HEAD'), 'utf8'))
    },
    fact: /a merge is in progress$/,
    hint: /Finish it/,
  },
  {
    when: 'the folder is ignored',
    prepare: ({ folder }) => writeFile(join(folder, '.git/info/exclude'), 'migration/\n'),
    fact: /git ignores the file$/,
    hint: /folder migration out of \.gitignore/,
  },
  {
    when: 'the index is locked',
    prepare: ({ folder }) => writeFile(join(folder, '.git/index.lock'), ''),
    fact: /the index is locked$/,
    hint: /Another git/,
  },
]

for (const { when, prepare, fact, hint } of refusals) {
  test(`where ${when} the script stays, the index is as before, and the error says what to do`, async () => {
    await withRepository({}, async (repository) => {
      await stageOther(repository)
      await prepare(repository)
      const { folder, git } = repository
      const staged = () => git('diff', '--cached').catch(() => 'no repository')
      const before = await staged()

      const error = await failureOf(handOver(repository))

      assert.equal(error.code, 'GIT_FAILED')
      assert.match(error.message, /^the script is written, but /)
      assert.match(error.message, fact)
      assert.match(error.hint ?? '', hint)
      assert.equal(error.file, join(folder, name))
      assert.equal(await readFile(join(folder, name), 'utf8'), 'SELECT 1;\n')
      assert.equal(await staged(), before)
    })
  })
}

test('a schema that was staged in part is staged in part again when the commit is refused', async () => {
  await withRepository({ 'schema.sql': 'one\n' }, async (repository) => {
    const { folder, git } = repository
    const schema = join(folder, 'schema.sql')
    await writeFile(schema, 'two\n')
    await git('add', 'schema.sql')
    await writeFile(schema, 'three\n')
    await hook(repository, '#!/bin/sh\nexit 1\n')

    await failureOf(handOver(repository, { others: [schema] }))

    assert.equal(await git('show', ':schema.sql'), 'two')
    assert.equal(await readFile(schema, 'utf8'), 'three\n')
    assert.equal(await git('status', '--porcelain'), 'MM schema.sql\n?? migration/')
  })
})

test("git's own variables of the environment lead to no other repository", async () => {
  await withRepository({}, async (repository) => {
    await withRepository({}, async (other) => {
      const own = { ...process.env }
      Object.assign(process.env, {
        GIT_DIR: join(other.folder, '.git'),
        GIT_INDEX_FILE: join(other.folder, '.git/index'),
        GIT_AUTHOR_NAME: 'Somebody Else',
        EDITOR: 'vi',
        PAGER: 'less',
      })
      try {
        await handOver(repository)
      } finally {
        for (const name of ['GIT_DIR', 'GIT_INDEX_FILE', 'GIT_AUTHOR_NAME', 'EDITOR', 'PAGER']) {
          delete process.env[name]
        }
        Object.assign(process.env, own)
      }

      assert.equal(await repository.git('log', '-1', '--format=%an'), 'Somebody Else')
      assert.equal(await other.git('rev-list', '--count', 'HEAD'), '1')
    })
  })
})
