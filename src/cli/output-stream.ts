import { writeSync } from 'node:fs'

/**
 * Stdout or stderr of this process. On Linux what is written there is written at once, as Node's own
 * streams do it; to make those takes longer than to write all that most commands have to say. A reader
 * that went away is no failure: `migrate list | head` closes the pipe, and a run behind it goes on.
 */
export class OutputStream {
  /** Node's own, where a write would have had to wait. */
  private stream: NodeJS.WriteStream | undefined
  private gone = false

  constructor(private readonly descriptor: 1 | 2) {}

  write(text: string): void {
    if (this.gone) return
    const rest = process.platform === 'linux' && !this.stream ? this.writeNow(text) : text
    if (rest.length > 0) this.later().write(rest)
  }

  /** Calls back once all is out. */
  whenWritten(done: () => void): void {
    if (this.stream) this.stream.write('', done)
    else done()
  }

  /** Gives what was not written because its reader is slow. */
  private writeNow(text: string): Uint8Array {
    let rest: Uint8Array = Buffer.from(text)
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.descriptor, rest))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN') return rest
      if (code !== 'EPIPE') throw error
      this.gone = true
    }
    return noBytes
  }

  private later(): NodeJS.WriteStream {
    if (!this.stream) {
      this.stream = this.descriptor === 1 ? process.stdout : process.stderr
      this.stream.on('error', ignoreClosedPipe)
    }
    return this.stream
  }
}

const noBytes = new Uint8Array()

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
