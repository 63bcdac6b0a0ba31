import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm'
import { Team } from './team'
import { Ticket } from './ticket'

@Entity()
@Unique('agent_email_key', ['email'])
@Index('agent_team_id_idx', ['team'])
export class Agent {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'agent_pkey',
  })
  id!: number

  @ManyToOne(() => Team, (team) => team.agents, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'agent_team_id_fkey' })
  team!: Team

  @Column()
  name!: string

  @Column()
  email!: string

  @Column({ default: true })
  active!: boolean

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date

  @OneToMany(() => Ticket, (ticket) => ticket.agent)
  tickets!: Ticket[]
}
