import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clone } from './clone'
import { writeFiles } from './folder'

/** What a TypeScript project has before it has typetrek. */
const files = {
  'package.json': '{ "name": "app", "version": "1.0.0", "private": true }',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2023',
      module: 'nodenext',
      rootDir: 'src',
      outDir: 'dist',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
      types: ['node'],
    },
    include: ['src'],
  }),
  '.gitignore': 'node_modules\n.postgres\ndist\n',
}

const programs = { migrate: '../typetrek/bin/migrate', tsc: '../typescript/bin/tsc' }

/** Makes a project of a git repository beside a clone; its packages are those of the clone, and the clone. */
export async function makeProject({ folder, beside, runBeside }: Clone): Promise<void> {
  const packages = join(beside, 'node_modules')
  await mkdir(join(packages, '.bin'), { recursive: true })
  for (const name of await readdir(join(folder, 'node_modules'))) {
    if (!name.startsWith('.'))
      await symlink(join(folder, 'node_modules', name), join(packages, name))
  }
  await symlink(folder, join(packages, 'typetrek'))
  for (const [name, target] of Object.entries(programs))
    await symlink(target, join(packages, '.bin', name))
  await writeFiles(beside, files)
  await runBeside({}, 'git', 'init', '--quiet')
  for (const [key, value] of [
    ['user.name', 'Ann'],
    ['user.email', 'ann@example.org'],
  ] as const)
    await runBeside({}, 'git', 'config', key, value)
}
