const reasons: Readonly<Record<string, string>> = {
  EPIPE: 'its reader has gone',
  ENOSPC: 'no space is left',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file has become too large',
  EIO: 'the device failed',
}

/** What a person is shown when the output could not be written. Pure. */
export function outputFailure(name: 'stdout' | 'stderr', { code = '', message }: Failure): string {
  const reason = reasons[code] === undefined ? message : `${reasons[code]} (${code})`
  return `error: ${name} could not be written: ${reason}
hint: Changes that were made to the database stay: status and list show them.`
}

type Failure = Pick<NodeJS.ErrnoException, 'code' | 'message'>
