import { Check, Column, Entity, OneToMany, PrimaryGeneratedColumn, Unique } from 'typeorm'
import { Ticket } from './ticket'
import { TicketPriority } from './ticket-state'

/** How fast a ticket of one priority must be answered and solved. */
@Entity()
@Unique('sla_policy_name_key', ['name'])
@Check(
  'sla_policy_minutes_check',
  'first_response_minutes > 0 AND resolution_minutes >= first_response_minutes',
)
export class SlaPolicy {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'sla_policy_pkey',
  })
  id!: number

  @Column()
  name!: string

  @Column({ type: 'enum', enum: TicketPriority, enumName: 'ticket_priority' })
  priority!: TicketPriority

  @Column({ name: 'first_response_minutes' })
  firstResponseMinutes!: number

  @Column({ name: 'resolution_minutes' })
  resolutionMinutes!: number

  @OneToMany(() => Ticket, (ticket) => ticket.slaPolicy)
  tickets!: Ticket[]
}
