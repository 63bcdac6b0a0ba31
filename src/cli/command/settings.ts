import { MigrationError } from '../../errors'
import { addressUrl, describeAddress } from '../../settings/address/address'
import type { ConnectionParts, DatabaseAddress, Settings } from '../../settings/value/setting-types'
import { answer, renderSettings, settingsOf, type Handler } from '../context/command-context'
import { databaseMember, loadedAddress } from '../render/database-member'

/** Shows every setting and where it comes from. */
export const environ: Handler = async (context) => {
  const settings = await settingsOf(context)
  const shown = settings.origins.map(({ key, shown, from }) => ({ key, value: shown, from }))
  answer(context, { settings: shown })
  context.output.result(renderSettings(settings).join('\n'))
  return 0
}

/** Prints the database's address without its password, which psql takes from PGPASSWORD. */
export const url: Handler = async (context) => {
  const settings = await settingsOf(context)
  const { output } = context
  const found = await loadedAddress(settings)
  context.place = { label: describeAddress(found), member: databaseMember(found) }
  const { connection, remark } = await reachable(settings, found)
  const { password, ...open } = connection
  const address = addressUrl(open)
  answer(context, { url: address })
  output.result(address)
  if (password) output.note('The password is left out: give it to psql in PGPASSWORD.')
  if (remark) output.note(remark)
  return 0
}

interface Reachable {
  connection: ConnectionParts
  remark?: string
}

async function reachable(settings: Settings, address: DatabaseAddress): Promise<Reachable> {
  const { here, file } = settings
  if (address.kind === 'embedded') return embedded(address, { here, ini: file })
  if (address.kind === 'postgres') return { connection: address.direct ?? address.connection }
  throw new MigrationError(
    'SETTINGS_INVALID',
    `${describeAddress(address)} has no postgres:// address`,
    {
      hint: 'psql connects to PostgreSQL only.',
    },
  )
}

/** Asks the server itself, which is started for that, but never made. */
async function embedded(
  database: Extract<DatabaseAddress, { kind: 'embedded' }>,
  place: { here: string; ini: string | undefined },
): Promise<Reachable> {
  const { acquireEmbedded, embeddedExists } = await import('../../database/embedded/client.js')
  if (!(await embeddedExists(database.path, place.ini))) {
    throw new MigrationError('EMBEDDED_UNAVAILABLE', 'the embedded database does not exist yet', {
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
