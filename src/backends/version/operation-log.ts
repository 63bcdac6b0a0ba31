import { existsSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import type { FullEntry } from '../../journal/model/entry'
import { requireRegular } from '../../regular-file'

/** Every operation as a line of JSON in a file, where nothing but a version is kept. */
export class OperationLog {
  constructor(private readonly file: string | undefined) {}

  /** Oldest first; a line that a crash has cut is left out. */
  async read(): Promise<FullEntry[]> {
    return (await this.text()).split('\n').flatMap((line) => {
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
    const text = await this.text()
    // what a crash has cut would take the next line with it
    const cut = text === '' || text.endsWith('\n') ? '' : '\n'
    await appendFile(this.file, `${cut}${JSON.stringify({ id, ...entry })}\n`)
  }

  private async text(): Promise<string> {
    if (this.file === undefined || !existsSync(this.file)) return ''
    requireRegular(this.file)
    return readFile(this.file, 'utf8')
  }
}
