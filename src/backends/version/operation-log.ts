import { appendFile, readFile } from 'node:fs/promises'
import type { FullEntry } from '../../journal/model/entry'

/** Every operation as a line of JSON in a file, where nothing but a version is kept. */
export class OperationLog {
  constructor(private readonly file: string | undefined) {}

  /** Oldest first; a line that a crash has cut is left out. */
  async read(): Promise<FullEntry[]> {
    if (this.file === undefined) return []
    const text = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    return text.split('\n').flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as FullEntry]
      } catch {
        return []
      }
    })
  }

  async append(entry: Omit<FullEntry, 'id'>): Promise<void> {
    if (this.file === undefined) return
    const id = String(Number((await this.read()).at(-1)?.id ?? 0) + 1)
    await appendFile(this.file, `${JSON.stringify({ id, ...entry })}\n`)
  }
}
