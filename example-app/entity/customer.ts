import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
} from 'typeorm'
import { Company } from './company'
import { Ticket } from './ticket'

@Entity()
@Index('customer_company_id_idx', ['company'])
// Unique over lower(email): an expression, which TypeORM cannot write but must not drop either.
@Index('customer_email_idx', { synchronize: false })
export class Customer {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'customer_pkey',
  })
  id!: number

  @ManyToOne(() => Company, (company) => company.customers, {
    nullable: false,
    onDelete: 'CASCADE',
  })
  @JoinColumn({ name: 'company_id', foreignKeyConstraintName: 'customer_company_id_fkey' })
  company!: Company

  @Column()
  name!: string

  @Column()
  email!: string

  @Column({ length: 30, default: "it's unknown" })
  phone!: string

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date

  @OneToMany(() => Ticket, (ticket) => ticket.customer)
  tickets!: Ticket[]
}
