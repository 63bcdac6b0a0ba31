import { MigrationError } from '../../errors'
import { addressUrl } from '../../settings/address'
import type { DatabaseAddress } from '../../settings/types'
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
  const { database } = await settingsOf(context)
  const { output } = context
  const connection = connectionOf(database)
  const { password, ...open } = connection
  const address = addressUrl(open)
  output.document({ url: address })
  output.result(address)
  if (password) output.note('The password is left out: give it to psql in PGPASSWORD.')
  return 0
}

function connectionOf(database: DatabaseAddress) {
  if (database.kind === 'postgres') return database.direct ?? database.connection
  if (database.kind === 'embedded') {
    throw new MigrationError(
      'EMBEDDED_UNAVAILABLE',
      'the embedded server has no lasting address: it runs only while it is used',
      { hint: 'Use it through migrate or dataSourceFromConfig, or name a postgres:// server.' },
    )
  }
  throw new MigrationError(
    'SETTINGS_INVALID',
    `only ${database.file} knows the database's address`,
    {
      hint: 'Write typeorm.url in the ini to have it here.',
    },
  )
}
