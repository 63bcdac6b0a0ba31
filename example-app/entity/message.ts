import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
} from 'typeorm'
import { Agent } from './agent'
import { Customer } from './customer'
import { Ticket } from './ticket'

/** One message of a ticket; it has one author, a customer or an agent. */
@Entity()
@Index('message_ticket_id_sent_at_idx', ['ticket', 'sentAt'])
@Check('message_author_check', 'num_nonnulls(customer_id, agent_id) = 1')
export class Message {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'message_pkey',
  })
  id!: number

  @ManyToOne(() => Ticket, (ticket) => ticket.messages, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'message_ticket_id_fkey' })
  ticket!: Ticket

  @ManyToOne(() => Customer, { nullable: true, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'customer_id', foreignKeyConstraintName: 'message_customer_id_fkey' })
  customer!: Customer | null

  @ManyToOne(() => Agent, { nullable: true })
  @JoinColumn({ name: 'agent_id', foreignKeyConstraintName: 'message_agent_id_fkey' })
  agent!: Agent | null

  @Column({ type: 'text' })
  body!: string

  /** A note among agents, which no customer sees. */
  @Column({ default: false })
  internal!: boolean

  @CreateDateColumn({ name: 'sent_at', type: 'timestamptz' })
  sentAt!: Date
}
