/** The signals that stop a run. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/** All that the command line touches of its process; a test hands in its own. */
export interface Io {
  stdout(text: string): void
  stderr(text: string): void
  /** Where answers to questions come from. */
  stdin?: NodeJS.ReadableStream
  env: Readonly<Record<string, string | undefined>>
  /** Absolute path. */
  cwd: string
  /** Which of the streams are a terminal. */
  terminal: { stdin: boolean; stdout: boolean; stderr: boolean }
  /** Width of the terminal behind stderr, in cells. */
  columns?: number
  /** Width of the terminal behind stdout, in cells. */
  stdoutColumns?: number
  /** Tells the listener of every signal, which then does not end the process; returns what stops that. */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /**
   * Starts a process of typetrek's own that goes on after this one, without a terminal; absent: none may be.
   * @param file what it runs
   * @param value what it reads on stdin, serialized
   */
  startProcess?(file: string, value: unknown): void
  /** Ends the process at once. */
  exit(status: number): void
}

/** What a shell reports of a process that a signal ended: 128 and the signal's number. */
export const statusOfSignal: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 }
