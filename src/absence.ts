/** True for the errors of a file or folder that is not there. */
export function isAbsent(error: unknown): boolean {
  return hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')
}

/** True for an operating system's error of that code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}

/** What a task gives, or something else where its file or folder is not there; every other failure stays one. */
export function unlessAbsent<Result, Other>(
  task: Promise<Result>,
  other: Other,
): Promise<Result | Other> {
  return task.catch((error: unknown) => {
    if (isAbsent(error)) return other
    throw error
  })
}
