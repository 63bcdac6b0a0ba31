import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dataSourceFromConfig, setUpMigration } from 'typetrek'
import { TicketPriority } from './entity/ticket-state'
import { HelpDesk } from './help-desk'

/** Boots the help desk on a database that is new, old or up to date, and serves one customer. */
async function main(config: string): Promise<void> {
  const dataSource = await dataSourceFromConfig(config)
  try {
    const isNew = await setUpMigration(dataSource, config, { whenSetUp: 'upgrade' })
    console.log(isNew ? 'The database was set up.' : 'The database is up to date.')
    await serve(new HelpDesk(dataSource))
  } finally {
    await dataSource.destroy()
  }
}

async function serve(desk: HelpDesk): Promise<void> {
  const ann = await desk.agent('Ann', 'ann@desk.example', 'First level')
  const carl = await desk.customer('Carl', 'carl@mill.example', 'Mill & Sons')

  const printer = await desk.open(carl, 'The printer is on fire', 'Smoke!', TicketPriority.Urgent)
  await desk.tag(printer, ['hardware'])
  await desk.answer(printer, ann, 'Please pull the plug, a new one is on its way.')
  await desk.close(printer)
  console.log(`Ticket ${printer.id} was ${(await desk.history(printer)).join(', then ')}.`)

  const [asked] = await desk.search('invoice')
  if (!asked) await desk.open(carl, 'A question about the last invoice', 'What is item 3?')

  console.log('Open tickets:')
  for (const { id, subject, company, customer, messages } of await desk.openTickets()) {
    console.log(`  ${id}  ${subject} (${customer}, ${company}; messages: ${messages})`)
  }
}

/** `development.ini` stands beside example-app/, whose build lies one folder deeper. */
function besideTheApp(): string {
  const places = ['..', '../..'].map((up) => join(__dirname, up, 'development.ini'))
  return places.find((place) => existsSync(place)) ?? 'development.ini'
}

main(process.argv[2] ?? besideTheApp()).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
