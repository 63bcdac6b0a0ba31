import type { ScriptLayout } from '../../script/layout/layout'
import { commentLine } from '../../script/sections/comment'
import {
  downgradeFunctionLine,
  downgradeLine,
  upgradeLine,
} from '../../script/sections/template-lines'

/** The text of a new script, with a place for each direction. Pure. */
export function scriptTemplate(kind: 'sql' | 'ts', title: string, layout: ScriptLayout): string {
  const words = commentLine(title.replaceAll('_', ' ').trim())
  return kind === 'sql' ? sqlTemplate(words, layout) : typescriptTemplate(words)
}

function sqlTemplate(words: string, { markers }: ScriptLayout): string {
  return `${words === '' ? '' : `-- ${words}\n\n`}${markers.up}
-- ${upgradeLine}

${markers.down}
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
