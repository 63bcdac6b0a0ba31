import { type ErrorCode, MigrationError } from '../../errors'

type Kind = Extract<
  ErrorCode,
  'CONNECTION_FAILED' | 'ACCESS_DENIED' | 'DATABASE_NOT_FOUND' | 'TLS_FAILED'
>

interface Reading {
  kind: Kind
  hint: string
  /** True: it does not pass by itself. */
  lasting?: true
}

const unreachable = (hint: string): Reading => ({ kind: 'CONNECTION_FAILED', hint })
const unusable = (hint: string): Reading => ({ ...unreachable(hint), lasting: true })
const denied = (hint: string): Reading => ({ kind: 'ACCESS_DENIED', hint })
const insecure = (hint: string): Reading => ({ kind: 'TLS_FAILED', hint })

const checkHost = unreachable('Check the host name.')
const checkNetwork = unreachable('Check the host, the port and the firewall.')
const starting = unreachable(
  'The server is starting up, shutting down or a standby that takes no connections: wait for it with --wait 30s.',
)
const unknownIssuer = insecure(
  "Name the certificate of the server's authority with typeorm.ssl.ca (in a URL: sslrootcert); typeorm.ssl.rejectUnauthorized = false encrypts without knowing to whom.",
)

/** By SQLSTATE, or by the code of Node's own error. */
const readings: Readonly<Record<string, Reading>> = {
  ECONNREFUSED: unreachable('Start the server, or wait for it with --wait 30s.'),
  ENOENT: unreachable(
    'Start the server, or wait for it with --wait 30s; the socket folder is the host.',
  ),
  EACCES: unusable('Give this user the right to enter the socket folder, or connect by TCP.'),
  EPERM: unusable('A firewall or a sandbox forbids this user to connect there.'),
  ENOTDIR: unusable('The socket folder is the host, and a part of its path is not a folder.'),
  ELOOP: unusable('The socket folder is the host, and its symbolic links lead in a circle.'),
  ENAMETOOLONG: unusable('Name a shorter socket folder: 107 bytes at most with the file.'),
  EMFILE: unreachable(
    'This process has too many open files: raise the limit (ulimit -n), or let fewer run at once.',
  ),
  // what Node says too where it may open no more files
  MODULE_NOT_FOUND: unusable(
    'Install the package; if it is installed, raise the limit of open files (ulimit -n).',
  ),
  ENFILE: unreachable(
    'The system has too many open files: raise its limit, or let fewer processes run at once.',
  ),
  ENOBUFS: unreachable('The system has no memory left for sockets.'),
  EADDRNOTAVAIL: unreachable(
    'This machine has no free port, or no such address: look at the host, and at other connections.',
  ),
  ECONNRESET: unreachable(
    'The other side closed the connection: look at the port, and at the proxy.',
  ),
  ENOTFOUND: checkHost,
  EAI_AGAIN: checkHost,
  ETIMEDOUT: checkNetwork,
  EHOSTUNREACH: checkNetwork,
  ENETUNREACH: checkNetwork,
  '28P01': denied('Check the user name and the password.'),
  '28000': denied(
    'The server does not let this user in: look at the user name, at pg_hba.conf and at the TLS options.',
  ),
  '42501': denied('Grant CONNECT on the database to this user.'),
  '3D000': {
    kind: 'DATABASE_NOT_FOUND',
    hint: 'Create the database (createdb, or CREATE DATABASE), or look at its name.',
  },
  '53300': unreachable(
    'The server has no connection left: raise max_connections, or come back later.',
  ),
  '57P01': starting,
  '57P02': starting,
  '57P03': starting,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownIssuer,
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownIssuer,
  CERT_SIGNATURE_FAILURE: unknownIssuer,
  CERT_HAS_EXPIRED: insecure("Renew the server's certificate."),
  CERT_NOT_YET_VALID: insecure("Check the clocks, and the server's certificate."),
  ERR_TLS_CERT_ALTNAME_INVALID: insecure(
    'Connect by the name that the certificate has, or give that name in typeorm.ssl.servername.',
  ),
}

/** What the driver says in words only. */
const worded: readonly [words: RegExp, reading: Reading][] = [
  [
    /does not support SSL connections/,
    insecure(
      'Turn ssl on in the server, or turn it off here: sslmode=disable in the URL, or typeorm.ssl = false.',
    ),
  ],
  [
    /client password must be a/,
    denied(
      'The server asks for a password: put it into the URL, typeorm.password or the environment variable PGPASSWORD.',
    ),
  ],
  [
    /certificate|wrong version number|alert|SSL connection|TLS/i,
    insecure("Check typeorm.ssl.* or sslmode, and the server's certificate."),
  ],
  [
    /timeout expired|Connection terminated/,
    unreachable('Check the host, the port and the firewall, or wait for it with --wait 30s.'),
  ],
]

const otherwise = unusable('Check the settings of the database.')

/** What the driver's refusal to connect means to a user, with what to look at. Never shows a secret. */
export function connectionFailed(error: unknown, label: string): MigrationError {
  const { code, message, errors } = error as { code?: string; message: string; errors?: Error[] }
  const reason = message || errors?.map((one) => one.message).join('; ') || String(code)
  const sqlstate = code && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? code : undefined
  const {
    kind,
    hint,
    lasting = false,
  } = readings[code ?? ''] ?? worded.find(([words]) => words.test(reason))?.[1] ?? otherwise
  return new MigrationError(kind, `cannot connect to ${label}`, {
    detail: reason,
    hint,
    sqlstate,
    cause: error,
    ...(lasting && { retryable: false }),
  })
}

const notYet =
  /^(?:57P0[123]|ECONNREFUSED|ENOENT|ENOTFOUND|EAI_AGAIN|ECONNRESET|EPIPE|ETIMEDOUT|E(?:HOST|NET)UNREACH)$/

/** True for what a server, or the proxy before it, answers while it is on its way up. */
export function isNotUpYet(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  return notYet.test(code) || /^(?:timeout expired|Connection terminated)/.test(message)
}
