import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
} from 'typeorm'
import { Agent } from './agent'
import { AuditEntry } from './audit-entry'
import { Customer } from './customer'
import { Message } from './message'
import { SlaPolicy } from './sla-policy'
import { Tag } from './tag'
import { TicketPriority, TicketStatus } from './ticket-state'

@Entity()
@Index('ticket_customer_id_idx', ['customer'])
@Index('ticket_search_idx', ['search'], { type: 'gin' })
@Index('ticket_worklist_idx', ['agent', 'priority'], {
  where: "status <> 'on_hold' AND status <> 'closed'",
})
@Check('ticket_closed_at_check', "(status = 'closed') = (closed_at IS NOT NULL)")
export class Ticket {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'ticket_pkey',
  })
  id!: number

  @ManyToOne(() => Customer, (customer) => customer.tickets, {
    nullable: false,
    onDelete: 'CASCADE',
  })
  @JoinColumn({ name: 'customer_id', foreignKeyConstraintName: 'ticket_customer_id_fkey' })
  customer!: Customer

  @ManyToOne(() => Agent, (agent) => agent.tickets, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'agent_id', foreignKeyConstraintName: 'ticket_agent_id_fkey' })
  agent!: Agent | null

  @Column({ length: 200 })
  subject!: string

  @Column({
    type: 'enum',
    enum: TicketStatus,
    enumName: 'ticket_status',
    default: TicketStatus.New,
  })
  status!: TicketStatus

  @Column({
    type: 'enum',
    enum: TicketPriority,
    enumName: 'ticket_priority',
    default: TicketPriority.Normal,
  })
  priority!: TicketPriority

  @Column({
    name: 'custom_fields',
    type: 'jsonb',
    default: {},
    comment: 'What the company asks for beyond the usual, by field name',
  })
  customFields!: Record<string, unknown>

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date

  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true })
  closedAt!: Date | null

  @Column({ name: 'first_responded_at', type: 'timestamptz', nullable: true })
  firstRespondedAt!: Date | null

  @ManyToOne(() => SlaPolicy, (policy) => policy.tickets, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'sla_policy_id', foreignKeyConstraintName: 'ticket_sla_policy_id_fkey' })
  slaPolicy!: SlaPolicy | null

  @Column({ name: 'due_at', type: 'timestamptz', nullable: true })
  dueAt!: Date | null

  @Column({
    type: 'tsvector',
    generatedType: 'STORED',
    asExpression: `to_tsvector('simple', subject)`,
    nullable: true,
    select: false,
    insert: false,
    update: false,
  })
  search!: string

  @OneToMany(() => Message, (message) => message.ticket)
  messages!: Message[]

  @ManyToMany(() => Tag, (tag) => tag.tickets, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinTable({
    name: 'ticket_tag',
    joinColumn: { name: 'ticket_id', foreignKeyConstraintName: 'ticket_tag_ticket_id_fkey' },
    inverseJoinColumn: { name: 'tag_id', foreignKeyConstraintName: 'ticket_tag_tag_id_fkey' },
  })
  tags!: Tag[]

  @OneToMany(() => AuditEntry, (entry) => entry.ticket)
  audit!: AuditEntry[]
}
