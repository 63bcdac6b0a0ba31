import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { AddedScript } from '../../add-script/deliver/files'
import { MigrationError } from '../../errors'
import { runEditor } from '../../user-shell'
import { usageError } from '../arguments/usage-error'
import type { Context } from './command-context'

type Edit = (scripts: readonly AddedScript[]) => Promise<readonly AddedScript[]>

/**
 * What opens scripts in the editor of `$VISUAL` or `$EDITOR`, as files of their own names, and gives them
 * back as they were saved.
 * @throws {MigrationError} USAGE where no editor is named; DECLINED where the editor fails or nothing is left
 */
export function editorOf({ io, output }: Context): Edit {
  const editor = io.env['VISUAL'] || io.env['EDITOR']
  if (!editor) {
    throw usageError('--edit needs an editor', 'Set VISUAL or EDITOR: EDITOR=vi, for instance.')
  }
  return async (scripts) => {
    const folder = await mkdtemp(join(tmpdir(), 'typetrek-edit-'))
    const files = scripts.flatMap((script) => script.files)
    const pathOf = ({ path }: { path: string }) => join(folder, basename(path))
    try {
      for (const file of files) await writeFile(pathOf(file), file.text)
      output.moving?.clear()
      const status = await runEditor(editor, files.map(pathOf))
      if (status !== 0) throw declined(`the editor ended with ${status}`)
      const texts = await Promise.all(files.map((file) => readFile(pathOf(file), 'utf8')))
      if (texts.every((text) => text.trim() === '')) throw declined('nothing is left of the script')
      const saved = new Map(files.map(({ path }, at) => [path, texts[at] ?? '']))
      return scripts.map((script) => ({
        ...script,
        files: script.files.map(({ path }) => ({ path, text: saved.get(path) ?? '' })),
      }))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

function declined(reason: string): MigrationError {
  return new MigrationError('DECLINED', `nothing was written, since ${reason}`, {
    hint: 'Save the script and leave the editor, or run without --edit.',
  })
}
