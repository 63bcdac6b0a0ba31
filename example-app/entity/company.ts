import { Column, CreateDateColumn, Entity, OneToMany, PrimaryGeneratedColumn } from 'typeorm'
import { Customer } from './customer'

/** What a company may choose; every key is optional, so that old rows stay valid. */
export interface CompanySettings {
  phone?: string
  language?: string
}

@Entity()
export class Company {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'company_pkey',
  })
  id!: number

  @Column()
  name!: string

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date

  @Column({ type: 'jsonb', default: {} })
  settings!: CompanySettings

  @OneToMany(() => Customer, (customer) => customer.company)
  customers!: Customer[]
}
