import { Column, Entity, OneToMany, PrimaryGeneratedColumn, Unique } from 'typeorm'
import { Agent } from './agent'

@Entity()
@Unique('team_name_key', ['name'])
export class Team {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'team_pkey',
  })
  id!: number

  @Column()
  name!: string

  @OneToMany(() => Agent, (agent) => agent.team)
  agents!: Agent[]
}
