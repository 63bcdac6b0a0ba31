import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
} from 'typeorm'
import { Ticket } from './ticket'

/** Written by the trigger `ticket_audit`, never by the application. */
@Entity('audit_entry')
@Index('audit_entry_ticket_id_idx', ['ticket'])
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'audit_entry_pkey',
  })
  id!: string

  @ManyToOne(() => Ticket, (ticket) => ticket.audit, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'audit_entry_ticket_id_fkey' })
  ticket!: Ticket

  @Column({ type: 'jsonb' })
  change!: { status: string; agent: number | null }

  @CreateDateColumn({ name: 'changed_at', type: 'timestamptz' })
  changedAt!: Date
}
