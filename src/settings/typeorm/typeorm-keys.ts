/** How the text of a `typeorm.*` key becomes a value. */
export type ValueKind =
  | 'text'
  | 'number'
  | 'port'
  | 'boolean'
  | 'list'
  | 'paths'
  | 'file'
  | 'logging'
  | 'switch'
  | 'code'

const top: Readonly<Record<string, ValueKind>> = {
  url: 'text',
  direct_url: 'text',
  data_source: 'text',
  type: 'text',
  host: 'text',
  port: 'port',
  username: 'text',
  password: 'text',
  password_command: 'text',
  password_file: 'text',
  database: 'text',
  schema: 'text',
  applicationName: 'text',
  ssl: 'switch',
  extra: 'code',
  synchronize: 'boolean',
  dropSchema: 'boolean',
  migrationsRun: 'boolean',
  migrationsTableName: 'text',
  migrationsTransactionMode: 'text',
  metadataTableName: 'text',
  installExtensions: 'boolean',
  extensions: 'list',
  uuidExtension: 'text',
  logging: 'logging',
  logger: 'text',
  logNotifications: 'boolean',
  maxQueryExecutionTime: 'number',
  poolSize: 'number',
  connectTimeoutMS: 'number',
  parseInt8: 'boolean',
  useUTC: 'boolean',
  entities: 'paths',
  migrations: 'paths',
  subscribers: 'paths',
  entityPrefix: 'text',
  entitySkipConstructor: 'boolean',
  isolationLevel: 'text',
  isolateWhereStatements: 'boolean',
  relationLoadStrategy: 'text',
  namingStrategy: 'code',
  driver: 'code',
  nativeDriver: 'code',
  poolErrorHandler: 'code',
  replication: 'code',
  cache: 'switch',
  invalidWhereValuesBehavior: 'code',
}

const nested: Readonly<Record<string, Readonly<Record<string, ValueKind>>>> = {
  ssl: {
    ca: 'file',
    cert: 'file',
    key: 'file',
    crl: 'file',
    dhparam: 'file',
    passphrase: 'text',
    servername: 'text',
    ciphers: 'text',
    ecdhCurve: 'text',
    sigalgs: 'text',
    minVersion: 'text',
    maxVersion: 'text',
    rejectUnauthorized: 'boolean',
    requestCert: 'boolean',
    allowPartialTrustChain: 'boolean',
    honorCipherOrder: 'boolean',
    secureOptions: 'number',
    sessionTimeout: 'number',
    handshakeTimeout: 'number',
  },
  extra: {
    ssl: 'switch',
    max: 'number',
    min: 'number',
    maxUses: 'number',
    maxLifetimeSeconds: 'number',
    idleTimeoutMillis: 'number',
    connectionTimeoutMillis: 'number',
    statement_timeout: 'number',
    query_timeout: 'number',
    lock_timeout: 'number',
    idle_in_transaction_session_timeout: 'number',
    keepAlive: 'boolean',
    keepAliveInitialDelayMillis: 'number',
    allowExitOnIdle: 'boolean',
    binary: 'boolean',
    enableChannelBinding: 'boolean',
    application_name: 'text',
    fallback_application_name: 'text',
    client_encoding: 'text',
    options: 'text',
    sslnegotiation: 'text',
  },
  cache: {
    type: 'text',
    tableName: 'text',
    duration: 'number',
    alwaysEnabled: 'boolean',
    ignoreErrors: 'boolean',
  },
  invalidWhereValuesBehavior: { null: 'text', undefined: 'text' },
}

/** The known keys beside `path` (without `typeorm.`), by whole path: what a typo may have meant. */
export function knownKeysBeside(path: readonly string[]): string[] {
  if (path.length === 1) return Object.keys(top)
  const parent = path.slice(0, -1)
  const group = groupOf(path)
  const names = Object.keys((group === undefined ? undefined : nested[group]) ?? {})
  return [
    ...names.map((name) => [...parent, name].join('.')),
    ...Object.keys(nested).map((root) => [root, ...path.slice(1)].join('.')),
  ].filter((known) => kindOf(known.split('.')) !== undefined)
}

/** The kind of a key by its path (`ssl.ca` is `['ssl', 'ca']`), or undefined for an unknown one. */
export function kindOf(path: readonly string[]): ValueKind | undefined {
  const group = groupOf(path)
  const [root = ''] = path
  // what lies below such a key is code too: replication.master.host, say
  if (top[root] === 'code' && !Object.hasOwn(nested, root)) return 'code'
  const kinds = path.length === 1 ? top : group === undefined ? undefined : nested[group]
  const name = path.at(-1) ?? ''
  return kinds && Object.hasOwn(kinds, name) ? kinds[name] : undefined
}

/** `extra.ssl.ca` is one of the `ssl` keys. */
function groupOf(path: readonly string[]): string | undefined {
  const group = path[0] === 'extra' && path[1] === 'ssl' && path.length === 3 ? 'ssl' : path[0]
  const direct = path.length === 2 || group !== path[0]
  return direct && group !== undefined && Object.hasOwn(nested, group) ? group : undefined
}
