import { Table, type QueryRunner } from 'typeorm'

export async function upgrade(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.createTable(tag())
  await queryRunner.createTable(ticketTag())
}

export async function downgrade(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.dropTable('ticket_tag')
  await queryRunner.dropTable('tag')
}

function tag(): Table {
  return new Table({
    name: 'tag',
    columns: [
      {
        name: 'id',
        type: 'integer',
        isGenerated: true,
        generationStrategy: 'identity',
        generatedIdentity: 'BY DEFAULT',
        isPrimary: true,
        primaryKeyConstraintName: 'tag_pkey',
      },
      { name: 'name', type: 'varchar' },
      { name: 'color', type: 'char', length: '7', isNullable: true },
    ],
    uniques: [{ name: 'tag_name_key', columnNames: ['name'] }],
  })
}

/** The names of its indexes and primary key are those that TypeORM expects of a join table. */
function ticketTag(): Table {
  return new Table({
    name: 'ticket_tag',
    columns: ['ticket_id', 'tag_id'].map((name) => ({
      name,
      type: 'integer',
      isPrimary: true,
      primaryKeyConstraintName: 'PK_e2ee754cf6a45b3229c71d4f6a3',
    })),
    indices: [
      { name: 'IDX_2c454bc0ee736a9e188be1fd4e', columnNames: ['ticket_id'] },
      { name: 'IDX_2fb2613aee93b2b16b17209790', columnNames: ['tag_id'] },
    ],
    foreignKeys: ['ticket', 'tag'].map((table) => ({
      name: `ticket_tag_${table}_id_fkey`,
      columnNames: [`${table}_id`],
      referencedTableName: table,
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    })),
  })
}
