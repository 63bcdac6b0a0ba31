import { commentLine } from '../../script/sections/comment'
import {
  downgradeFunctionLine,
  downgradeLine,
  upgradeLine,
} from '../../script/sections/template-lines'

/** The text of a new script, with a place for each direction. Pure. */
export function scriptTemplate(kind: 'sql' | 'ts', title: string): string {
  const words = commentLine(title.replaceAll('_', ' ').trim())
  return kind === 'sql' ? sqlTemplate(words) : typescriptTemplate(words)
}

function sqlTemplate(words: string): string {
  return `${words === '' ? '' : `-- ${words}\n\n`}-- MIGRATE UP
-- ${upgradeLine}

-- MIGRATE DOWN
-- ${downgradeLine}
`
}

function typescriptTemplate(words: string): string {
  return `import type { QueryRunner } from 'typeorm'

${words === '' ? '' : `/** ${words} */\n`}export async function upgrade(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(\`-- ${upgradeLine}\`)
}

export async function downgrade(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(\`-- ${downgradeFunctionLine}\`)
}
`
}
