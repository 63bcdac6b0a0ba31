import type { DataSource } from 'typeorm'
import type { Agent } from './entity/agent'
import type { Company } from './entity/company'
import type { Customer } from './entity/customer'
import type { Message } from './entity/message'
import type { OpenTicket } from './entity/open-ticket'
import type { SlaPolicy } from './entity/sla-policy'
import type { Tag } from './entity/tag'
import type { Team } from './entity/team'
import type { Ticket } from './entity/ticket'
import { TicketPriority, TicketStatus } from './entity/ticket-state'

/**
 * What the help desk does with its database, through TypeORM's repositories. Entities go by name:
 * the DataSource loads their classes itself, from `.ts` in development and `.js` in production.
 */
export class HelpDesk {
  constructor(private readonly dataSource: DataSource) {}

  /** The agent with this address, hired into the team when there is none. */
  async agent(name: string, email: string, teamName: string): Promise<Agent> {
    const teams = this.dataSource.getRepository<Team>('Team')
    const agents = this.dataSource.getRepository<Agent>('Agent')
    const found = await agents.findOneBy({ email })
    if (found) return found
    const team =
      (await teams.findOneBy({ name: teamName })) ?? (await teams.save({ name: teamName }))
    return agents.save(agents.create({ name, email, team }))
  }

  /** The customer with this address in any letter case, made with the company when there is none. */
  async customer(name: string, email: string, companyName: string): Promise<Customer> {
    const companies = this.dataSource.getRepository<Company>('Company')
    const customers = this.dataSource.getRepository<Customer>('Customer')
    const found = await customers
      .createQueryBuilder('customer')
      .where('lower(customer.email) = lower(:email)', { email })
      .getOne()
    if (found) return found
    const company =
      (await companies.findOneBy({ name: companyName })) ??
      (await companies.save(companies.create({ name: companyName, settings: { language: 'en' } })))
    return customers.save(customers.create({ name, email, company }))
  }

  /** Opens a ticket with its first message; it is due by the policy of its priority, if there is one. */
  async open(
    customer: Customer,
    subject: string,
    body: string,
    priority = TicketPriority.Normal,
  ): Promise<Ticket> {
    const slaPolicy = await this.dataSource
      .getRepository<SlaPolicy>('SlaPolicy')
      .findOneBy({ priority })
    const dueAt = slaPolicy && new Date(Date.now() + slaPolicy.resolutionMinutes * 60_000)
    return this.dataSource.transaction(async (manager) => {
      const tickets = manager.getRepository<Ticket>('Ticket')
      const ticket = await tickets.save(
        tickets.create({ customer, subject, priority, slaPolicy, dueAt }),
      )
      const messages = manager.getRepository<Message>('Message')
      await messages.save(messages.create({ ticket, customer, body }))
      return ticket
    })
  }

  /** Gives each of these tags to the ticket, new ones too. */
  async tag(ticket: Ticket, names: readonly string[]): Promise<void> {
    const tags = this.dataSource.getRepository<Tag>('Tag')
    ticket.tags = []
    for (const name of names) {
      ticket.tags.push((await tags.findOneBy({ name })) ?? (await tags.save(tags.create({ name }))))
    }
    await this.dataSource.getRepository<Ticket>('Ticket').save(ticket)
  }

  /** The agent answers and takes the ticket over; it now waits for the customer. */
  async answer(ticket: Ticket, agent: Agent, body: string): Promise<Message> {
    return this.dataSource.transaction(async (manager) => {
      const messages = manager.getRepository<Message>('Message')
      const message = await messages.save(messages.create({ ticket, agent, body }))
      ticket.agent = agent
      ticket.status = TicketStatus.Pending
      ticket.firstRespondedAt ??= message.sentAt
      await manager.getRepository<Ticket>('Ticket').save(ticket)
      return message
    })
  }

  async close(ticket: Ticket): Promise<void> {
    ticket.status = TicketStatus.Closed
    ticket.closedAt = new Date()
    await this.dataSource.getRepository<Ticket>('Ticket').save(ticket)
  }

  /** Every ticket that is not closed, the oldest first. */
  async openTickets(): Promise<OpenTicket[]> {
    return this.dataSource.getRepository<OpenTicket>('OpenTicket').find({ order: { id: 'ASC' } })
  }

  /** The tickets whose subject has all these words, the newest first. */
  async search(words: string): Promise<Ticket[]> {
    return this.dataSource
      .getRepository<Ticket>('Ticket')
      .createQueryBuilder('ticket')
      .where(`ticket.search @@ plainto_tsquery('simple', :words)`, { words })
      .orderBy('ticket.id', 'DESC')
      .getMany()
  }

  /** What happened to the ticket, as the database itself wrote it down. */
  async history(ticket: Ticket): Promise<string[]> {
    const { audit } = await this.dataSource.getRepository<Ticket>('Ticket').findOneOrFail({
      where: { id: ticket.id },
      relations: { audit: true },
      order: { audit: { id: 'ASC' } },
    })
    return audit.map((entry) => entry.change.status)
  }
}
