import { commentLine } from '../script/comment'

/** The text of a new script, with a place for each direction. Pure. */
export function scriptTemplate(kind: 'sql' | 'ts', title: string): string {
  const words = commentLine(title.replaceAll('_', ' ').trim())
  return kind === 'sql' ? sqlTemplate(words) : typescriptTemplate(words)
}

function sqlTemplate(words: string): string {
  return `${words === '' ? '' : `-- ${words}\n\n`}-- MIGRATE UP


-- MIGRATE DOWN
-- What undoes it. Without this section the script is irreversible.

`
}

function typescriptTemplate(words: string): string {
  return `import type { QueryRunner } from 'typeorm'

${words === '' ? '' : `/** ${words} */\n`}export async function upgrade(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(\`\`)
}

/** What undoes it. Without this function the script is irreversible. */
export async function downgrade(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(\`\`)
}
`
}
