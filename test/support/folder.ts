import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Gives a test a real folder with these files (paths in it → contents), removed afterwards. */
export async function withFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  work: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'typetrek-test-'))
  try {
    await writeFiles(folder, files)
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes files (paths in the folder → contents), with the folders that they are in. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}
