import { Column, Entity, ManyToMany, PrimaryGeneratedColumn, Unique } from 'typeorm'
import { Ticket } from './ticket'

@Entity()
@Unique('tag_name_key', ['name'])
export class Tag {
  @PrimaryGeneratedColumn('identity', {
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'tag_pkey',
  })
  id!: number

  @Column()
  name!: string

  /** `#rrggbb` */
  @Column({ type: 'char', length: 7, nullable: true })
  color!: string | null

  @ManyToMany(() => Ticket, (ticket) => ticket.tags, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  tickets!: Ticket[]
}
