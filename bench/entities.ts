import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { repository } from './contestants'

/** Entities of one application. */
export interface EntitySet {
  count: number
  /** Numbers of those whose `name` is longer than at first. */
  changed?: readonly number[]
}

/** What is used of it. */
interface Compiler {
  transpileModule(text: string, options: { compilerOptions: object }): { outputText: string }
}

const options = {
  module: 'commonjs',
  target: 'es2022',
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
}

/**
 * Writes entities as TypeScript (`entity`) and as what a build makes of them (`build`), a data source for
 * each, and a tsconfig.json; `typeorm` is found in the folder's `node_modules`.
 */
export async function writeEntities(
  folder: string,
  { count, changed = [] }: EntitySet,
  url: string,
): Promise<void> {
  for (const name of ['entity', 'build']) await mkdir(join(folder, name))
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  for (let n = 1; n <= count; n++) await writeEntity(folder, n, changed.includes(n))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }))
  await writeFile(join(folder, 'data-source.ts'), sourceOf(url, 'entity/*.ts'))
  await writeFile(join(folder, 'data-source.js'), build(sourceOf(url, 'build/*.js')))
}

/** Writes one of them, as TypeScript and built. */
export async function writeEntity(folder: string, n: number, changed: boolean): Promise<void> {
  const text = entity(n, changed)
  await writeFile(join(folder, 'entity', `thing${n}.ts`), text)
  await writeFile(join(folder, 'build', `thing${n}.js`), build(text))
}

function build(text: string): string {
  const typescript = require(compiler) as Compiler
  return typescript.transpileModule(text, { compilerOptions: options }).outputText
}

/** TypeScript that has an API: ts-node needs one, too. */
export const compiler = join(repository, 'bench', 'node_modules', 'typescript')

function sourceOf(url: string, entities: string): string {
  return `import { DataSource } from 'typeorm'
export default new DataSource({
  type: 'postgres',
  url: ${JSON.stringify(url)},
  entities: [__dirname + '/${entities}'],
})
`
}

/** Nine columns, an enum, a foreign key to an earlier table, three indexes. */
function entity(n: number, changed: boolean): string {
  const target = `Thing${Math.max(1, Math.floor(n / 3))}`
  const more = target === `Thing${n}` ? '' : `import { ${target} } from './${target.toLowerCase()}'`
  return `import { Column, CreateDateColumn, Entity, Index, ManyToOne, PrimaryGeneratedColumn } from 'typeorm'
${more}

@Entity()
@Index(['status', 'createdAt'])
export class Thing${n} {
  @PrimaryGeneratedColumn()
  id!: number
  @Index()
  @Column({ type: 'varchar', length: ${changed ? 120 : 100} })
  name!: string
  @Column({ type: 'varchar', length: 20, unique: true })
  code!: string
  @Column({ type: 'enum', enum: ['new', 'open', 'done'], default: 'new' })
  status!: string
  @Column({ type: 'numeric', precision: 12, scale: 2, default: 0 })
  amount!: string
  @Column({ default: true })
  active!: boolean
  @Column({ type: 'jsonb', nullable: true })
  settings!: object
  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date
  @ManyToOne(() => ${target}, { onDelete: 'CASCADE' })
  parent!: ${target}
}
`
}
