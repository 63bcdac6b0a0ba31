import { MigrationError } from '../../errors'
import { addressUrl } from '../../settings/address'
import type { ConnectionParts, DatabaseAddress, Settings } from '../../settings/types'
import { renderSettings, settingsOf, type Handler } from '../context'

/** Shows every setting and where it comes from. */
export const environ: Handler = async (context) => {
  const settings = await settingsOf(context)
  const shown = settings.origins.map(({ key, shown, from }) => ({ key, value: shown, from }))
  context.output.document({ settings: shown })
  context.output.result(renderSettings(settings).join('\n'))
  return 0
}

/** Prints the database's address without its password, which psql takes from PGPASSWORD. */
export const url: Handler = async (context) => {
  const settings = await settingsOf(context)
  const { output } = context
  const { connection, remark } = await reachable(settings)
  const { password, ...open } = connection
  const address = addressUrl(open)
  output.document({ url: address })
  output.result(address)
  if (password) output.note('The password is left out: give it to psql in PGPASSWORD.')
  if (remark) output.note(remark)
  return 0
}

interface Reachable {
  connection: ConnectionParts
  remark?: string
}

async function reachable({ database, here, file }: Settings): Promise<Reachable> {
  if (database.kind === 'postgres') return { connection: database.direct ?? database.connection }
  if (database.kind === 'embedded') return embedded(database, { here, ini: file })
  throw new MigrationError('SETTINGS_INVALID', 'the DataSource keeps its address to itself', {
    file: database.file,
    hint: 'Write typeorm.url in the ini to have it here.',
  })
}

/** Asks the server itself, which is started for that, but never made. */
async function embedded(
  database: Extract<DatabaseAddress, { kind: 'embedded' }>,
  place: { here: string; ini: string | undefined },
): Promise<Reachable> {
  const { acquireEmbedded, embeddedExists } = await import('../../database/embedded/client.js')
  if (!(await embeddedExists(database.path, place.ini))) {
    throw new MigrationError('EMBEDDED_UNAVAILABLE', 'the embedded database was not made yet', {
      file: database.path,
      hint: 'Run upgrade or setup first.',
    })
  }
  const lease = await acquireEmbedded({ ...database, ...place, create: false })
  await lease.release()
  const remark =
    'The embedded server runs only while it is used: keep the application open beside psql.'
  return { connection: lease.connection, remark }
}
