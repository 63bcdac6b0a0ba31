import { ViewColumn, ViewEntity } from 'typeorm'
import { TicketPriority, TicketStatus } from './ticket-state'

/** One line of the list of open tickets. */
@ViewEntity('open_ticket', {
  expression: `
    SELECT
      ticket.id,
      ticket.subject,
      ticket.status,
      ticket.priority,
      company.name AS company,
      customer.name AS customer,
      agent.name AS agent,
      ticket.due_at,
      (SELECT count(*)::integer FROM message WHERE message.ticket_id = ticket.id) AS messages
    FROM ticket
    JOIN customer ON customer.id = ticket.customer_id
    JOIN company ON company.id = customer.company_id
    LEFT JOIN agent ON agent.id = ticket.agent_id
    WHERE ticket.status <> 'closed'
  `,
})
export class OpenTicket {
  @ViewColumn()
  id!: number

  @ViewColumn()
  subject!: string

  @ViewColumn()
  status!: TicketStatus

  @ViewColumn()
  priority!: TicketPriority

  @ViewColumn()
  company!: string

  @ViewColumn()
  customer!: string

  @ViewColumn()
  agent!: string | null

  @ViewColumn({ name: 'due_at' })
  dueAt!: Date | null

  @ViewColumn()
  messages!: number
}
