import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HelpDesk } from '../../example-app/help-desk'
import { TicketPriority } from '../../example-app/entity/ticket-state'
import { withDatabase, type TestDatabase } from '../support/database'
import { loadSchema, withEntities } from './example-database'

async function withDesk(work: (desk: HelpDesk, database: TestDatabase) => Promise<void>) {
  await withDatabase(async (database) => {
    await loadSchema(database)
    await withEntities(database, (dataSource) => work(new HelpDesk(dataSource), database))
  })
}

test('a ticket is opened, answered and closed, and the database writes its history', async () => {
  await withDesk(async (desk) => {
    const ann = await desk.agent('Ann', 'ann@desk.example', 'First level')
    const carl = await desk.customer('Carl', 'carl@mill.example', 'Mill')
    const ticket = await desk.open(carl, 'On fire', 'Smoke!', TicketPriority.Urgent)

    await desk.answer(ticket, ann, 'Pull the plug.')
    await desk.close(ticket)

    assert.deepEqual(await desk.history(ticket), ['new', 'pending', 'closed'])
    assert.deepEqual(await desk.openTickets(), [])
  })
})

test('the list of open tickets shows names and the number of messages', async () => {
  await withDesk(async (desk) => {
    const ann = await desk.agent('Ann', 'ann@desk.example', 'First level')
    const carl = await desk.customer('Carl', 'carl@mill.example', 'Mill')
    const ticket = await desk.open(carl, 'An invoice', 'What is item 3?')
    await desk.answer(ticket, ann, 'Grain.')

    const [line] = await desk.openTickets()

    assert.deepEqual(
      { ...line },
      {
        id: ticket.id,
        subject: 'An invoice',
        status: 'pending',
        priority: 'normal',
        company: 'Mill',
        customer: 'Carl',
        agent: 'Ann',
        dueAt: null,
        messages: 2,
      },
    )
  })
})

test('a ticket is due by the policy of its priority', async () => {
  await withDesk(async (desk, database) => {
    await database.query(`INSERT INTO sla_policy VALUES (1, 'Urgent', 'urgent', 30, 240)`)
    const carl = await desk.customer('Carl', 'carl@mill.example', 'Mill')

    const before = Date.now()
    const { dueAt } = await desk.open(carl, 'On fire', 'Smoke!', TicketPriority.Urgent)

    const opened = (dueAt?.getTime() ?? 0) - 240 * 60_000
    assert.ok(opened >= before && opened <= Date.now(), `due at ${dueAt?.toISOString()}`)
  })
})

test('a customer is one by the address in any letter case', async () => {
  await withDesk(async (desk) => {
    const carl = await desk.customer('Carl', 'carl@mill.example', 'Mill')

    const again = await desk.customer('Carl', 'Carl@Mill.example', 'Mill')

    assert.equal(again.id, carl.id)
  })
})

test('tickets are found by the words of their subject and keep their tags', async () => {
  await withDesk(async (desk, database) => {
    const carl = await desk.customer('Carl', 'carl@mill.example', 'Mill')
    const ticket = await desk.open(carl, 'The printer is on fire', 'Smoke!')
    await desk.open(carl, 'The printer has no paper', 'None left.')
    await desk.tag(ticket, ['hardware', 'urgent'])

    const found = await desk.search('fire printer')

    assert.deepEqual(
      found.map(({ id }) => id),
      [ticket.id],
    )
    assert.deepEqual(
      await database.query('SELECT name FROM ticket_tag JOIN tag ON id = tag_id ORDER BY name'),
      [{ name: 'hardware' }, { name: 'urgent' }],
    )
  })
})
