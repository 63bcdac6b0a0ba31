import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EntityMetadata } from 'typeorm'
import { loadModule } from '../../src/script/typescript/load-module'
import { loadScript } from '../../src/script/typescript/load-script'
import { kinds, withProject, type Kind } from './load-fixture'

const runner = {} as never
const decorated = {
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  target: 'es2022',
  useDefineForClassFields: false,
}
const tsconfig = (options: object): string => JSON.stringify({ compilerOptions: options })

interface Case {
  name: string
  only?: Kind
  files: Record<string, string>
  /** What running the upgrade of `main.ts` (or `main`) must give. */
  main?: string
  gives: unknown
}

// `saw` in each script's context takes what the script found out.
const cases: Case[] = [
  {
    name: 'functions',
    files: {
      'main.ts': `export async function upgrade(queryRunner: unknown, { saw }: { saw: Function }): Promise<void> {
        saw('up' as string) }
      export async function downgrade(): Promise<void> {}`,
    },
    gives: 'up',
  },
  {
    name: 'a MigrationInterface class',
    files: {
      'main.ts': `import { MigrationInterface, QueryRunner } from 'typeorm'
      export class AddUsers1700000000000 implements MigrationInterface {
        name = 'AddUsers1700000000000'
        async up(queryRunner: QueryRunner, context?: any): Promise<void> { context.saw(this.name) }
        async down(queryRunner: QueryRunner): Promise<void> {}
      }`,
    },
    gives: 'AddUsers1700000000000',
  },
  {
    name: 'a default object',
    files: {
      'main.ts': `export default { word: 'w', upgrade(q: unknown, { saw }: any) { saw(this.word) } }`,
    },
    gives: 'w',
  },
  {
    name: 'an import written with .js that means .ts',
    files: {
      'main.ts': `import { word } from './word.js'
      export const upgrade = (q: unknown, { saw }: any) => saw(word)`,
      'word.ts': `export const word: string = 'ts'`,
      'word.js': `throw new Error('the build was loaded instead of the source')`,
    },
    gives: 'ts',
  },
  {
    name: 'imports without an extension, of a file, a folder and the folder above',
    files: {
      'deep/main.ts': `import { a } from './a.entity'
      import { b } from './b'
      import { c } from '..'
      export const upgrade = (q: unknown, { saw }: any) => saw([a, b, c])`,
      'deep/a.entity.ts': `export const a = 1`,
      'deep/b/index.ts': `export const b = 2`,
      'index.ts': `export const c = 3`,
    },
    main: 'deep/main.ts',
    gives: [1, 2, 3],
  },
  {
    name: 'tsconfig paths, extends followed',
    files: {
      'tsconfig.json': JSON.stringify({ extends: './tsconfig.base.json' }),
      'tsconfig.base.json': tsconfig({
        paths: { '@app/*': ['./source/*'], '#one': ['./source/one.ts'] },
      }),
      'migration/main.ts': `import { one } from '#one'
      import { two } from '@app/two'
      import { three } from '@app/three.js'
      export const upgrade = (q: unknown, { saw }: any) => saw([one, two, three])`,
      'source/one.ts': `export const one = 1`,
      'source/two.ts': `export const two = 2`,
      'source/three.ts': `export const three = 3`,
    },
    main: 'migration/main.ts',
    gives: [1, 2, 3],
  },
  {
    name: 'tsconfig baseUrl',
    files: {
      'tsconfig.json': tsconfig({ baseUrl: '.' }),
      'migration/main.ts': `import { one } from 'source/one'
      export const upgrade = (q: unknown, { saw }: any) => saw(one)`,
      'source/one.ts': `export const one = 1`,
    },
    main: 'migration/main.ts',
    gives: 1,
  },
  {
    name: 'paths of a project that a solution tsconfig refers to',
    files: {
      'tsconfig.json': JSON.stringify({ files: [], references: [{ path: './tsconfig.app.json' }] }),
      'tsconfig.app.json': JSON.stringify({
        compilerOptions: { paths: { '@app/*': ['./source/*'] } },
        include: ['source', 'migration'],
      }),
      'migration/main.ts': `import { one } from '@app/one'
      export const upgrade = (q: unknown, { saw }: any) => saw(one)`,
      'source/one.ts': `export const one = 1`,
    },
    main: 'migration/main.ts',
    gives: 1,
  },
  {
    name: 'enums, const enums, namespaces and parameter properties',
    files: {
      'main.ts': `import { Kind, Size } from './kinds.js'
      namespace Words { export const one = 'one' }
      class Pair { constructor(readonly left: string, private right = Size.large) {} ; both() { return [this.left, this.right] } }
      export const upgrade = (q: unknown, { saw }: any) => saw([Kind.b, Kind[0], Words.one, new Pair('l').both()])`,
      'kinds.ts': `export enum Kind { a, b }
      export const enum Size { large = 'L' }`,
    },
    gives: [1, 'a', 'one', ['l', 'L']],
  },
  {
    name: 'JSON',
    files: {
      'main.ts': `import data from './data.json'
      import typed from './data.json' with { type: 'json' }
      export const upgrade = (q: unknown, { saw }: any) => saw([data.word, typed.word])`,
      'data.json': `{ "word": "json" }`,
    },
    gives: ['json', 'json'],
  },
  {
    name: 'a .mts with top-level await',
    files: {
      'main.mts': `import { word } from './word.mjs'
      const waited = await Promise.resolve(word)
      export const upgrade = (q: unknown, { saw }: any) => saw([waited, typeof require])`,
      'word.mts': `export const word = await Promise.resolve('late')`,
    },
    main: 'main.mts',
    gives: ['late', 'undefined'],
  },
  {
    name: 'a .cts with require, __dirname, import = and export =',
    files: {
      'main.cts': `import path = require('node:path')
      import word = require('./word.cjs')
      const again = require('./word.cjs') as string
      export = { upgrade: (q: unknown, { saw }: any) => saw([word, again, path.join(__dirname, 'main.cts') === __filename]) }`,
      'word.cts': `const word = 'cts'
      export = word`,
    },
    main: 'main.cts',
    gives: ['cts', 'cts', true],
  },
  {
    name: 'a .mts that imports names of CommonJS TypeScript, one module for import and require',
    files: {
      'main.mts': `import * as all from './base.cjs'
      import { Base, word } from './base.cjs'
      import { createRequire } from 'node:module'
      const same = createRequire(import.meta.url)('./base.cts').Base === Base
      export const upgrade = (q: unknown, { saw }: any) => saw([word, same, Object.keys(all).sort()])`,
      'base.cts': `export class Base {}
      export * from './more.cjs'
      export const word = 'one'
      export default 7`,
      'more.cts': `export const more = 1`,
    },
    main: 'main.mts',
    gives: ['one', true, ['Base', 'default', 'more', 'word']],
  },
  {
    name: 'standard decorators where tsconfig asks for them',
    files: {
      'tsconfig.json': tsconfig({ experimentalDecorators: false, target: 'es2022' }),
      'main.ts': `function mark(value: unknown, context: ClassFieldDecoratorContext) { return (x: string) => x + context.kind }
      class Row { @mark name = 'a ' }
      export const upgrade = (q: unknown, { saw }: any) => saw(new Row().name)`,
    },
    gives: 'a field',
  },
  {
    name: 'class fields assigned by default',
    files: {
      'main.ts': `class Row { name!: string }
      export const upgrade = (q: unknown, { saw }: any) => saw('name' in new Row())`,
    },
    gives: false,
  },
  {
    name: 'class fields defined for target es2022',
    files: {
      'tsconfig.json': tsconfig({ target: 'es2022' }),
      'main.ts': `class Row { name!: string }
      export const upgrade = (q: unknown, { saw }: any) => saw('name' in new Row())`,
    },
    gives: true,
  },
  {
    name: 'top-level await',
    only: 'module',
    files: {
      'main.ts': `import { word } from './word.js'
      const waited = await Promise.resolve(word)
      export const upgrade = (q: unknown, { saw }: any) => saw(waited)`,
      'word.ts': `export const word = await Promise.resolve('late')`,
    },
    gives: 'late',
  },
  {
    name: '__dirname, require, import = and export =',
    only: 'commonjs',
    files: {
      'main.ts': `import path = require('node:path')
      import word = require('./word')
      class Migration { async upgrade(q: unknown, { saw }: any) { saw([word, typeof require('./word'), path.join(__dirname, 'main.ts') === __filename]) } }
      export = { default: Migration }`,
      'word.ts': `export = 'equal'`,
    },
    gives: ['equal', 'string', true],
  },
  {
    name: 'an import of CommonJS without esModuleInterop, as a function',
    only: 'commonjs',
    files: {
      'tsconfig.json': tsconfig({ esModuleInterop: false }),
      'main.ts': `import * as call from './call'
      export const upgrade = (q: unknown, { saw }: any) => saw((call as any)())`,
      'call.js': `module.exports = () => 'called'`,
    },
    gives: 'called',
  },
  ...[{}, { esModuleInterop: true }, { allowSyntheticDefaultImports: true }].map((options) => ({
    name: `a CommonJS function imported in every way, with ${JSON.stringify(options)}`,
    only: 'commonjs' as const,
    files: {
      'tsconfig.json': tsconfig(options),
      'main.ts': `import * as call from './call'
      import both, * as again from './call'
      import byDefault from './call'
      import required = require('./call')
      export const upgrade = (q: unknown, { saw }: any) => {
        const all: any[] = [call, both, again, byDefault, required]
        saw(all.map((one) => one() + one.word).join() + (call as any).default())
      }`,
      'call.js': `module.exports = Object.assign(() => 'called', { word: '!' })`,
    },
    gives: 'called!,called!,called!,called!,called!called',
  })),
  {
    name: 'import() of TypeScript',
    files: {
      'main.ts': `export const upgrade = async (q: unknown, { saw }: any) => saw((await import('./word.js')).word)`,
      'word.ts': `export const word: string = 'dynamic'`,
    },
    gives: 'dynamic',
  },
]

for (const kind of kinds)
  for (const { name, only = kind, files, main = 'main.ts', gives } of cases)
    if (only === kind)
      test(`a ${kind} project loads a script with ${name}`, async () => {
        await withProject(kind, files, async (project) => {
          const seen: unknown[] = []

          const { upgrade } = await loadScript<object>(project.script(main))
          await upgrade(runner, { saw: (value: unknown) => seen.push(value) })

          assert.deepEqual(seen, [gives])
        })
      })

const entities = {
  'entity/user.ts': `import { Column, Entity, OneToMany, PrimaryGeneratedColumn } from 'typeorm'
    import { Post } from './post.js'
    export enum Role { admin = 'admin', member = 'member' }
    @Entity()
    export class User {
      @PrimaryGeneratedColumn() id!: number
      @Column() name!: string
      @Column({ type: 'enum', enum: Role }) role!: Role
      @OneToMany(() => Post, (post) => post.user) posts!: Post[]
    }`,
  'entity/post.ts': `import { Column, Entity, ManyToOne, PrimaryGeneratedColumn, Relation } from 'typeorm'
    import { User } from './user.js'
    import { Money } from './money.js'
    @Entity()
    export class Post {
      @PrimaryGeneratedColumn('uuid') id!: string
      @Column() at!: Date
      @Column({ type: 'numeric', transformer: { from: String, to: String } }) price!: Money
      @ManyToOne(() => User, (user) => user.posts) user!: RELATION
    }`,
  'entity/money.ts': `export interface Money { cents: number }`,
  'main.ts': `import { DataSource } from 'typeorm'
    import { User } from './entity/user.js'
    import { Post } from './entity/post.js'
    export const made = { User, Post }
    export default new DataSource({ type: 'postgres', entities: [User, Post] })`,
}

for (const kind of kinds)
  for (const relation of ['User', 'Relation<User>'])
    for (const first of ['user', 'post'])
      for (const options of [decorated, undefined])
        test(`a ${kind} project's circular entities build with ${relation}, ${first} first, ${options ? 'its' : 'no'} tsconfig`, async () => {
          const files = {
            ...entities,
            'entity/post.ts': entities['entity/post.ts'].replace('RELATION', relation),
            ...(options ? { 'tsconfig.json': tsconfig(options) } : {}),
          }
          await withProject(kind, files, async ({ at }) => {
            await loadModule(at(`entity/${first}.ts`))

            const { default: source } = await loadModule(at('main.ts'))
            const built = await metadatasOf(source)

            assert.deepEqual(built, {
              Post: 'id:uuid at:Date price:numeric user:relation',
              User: 'id:Number name:String role:enum',
            })
          })
        })

for (const kind of kinds)
  test(`a ${kind} project's decorators record classes, and Object for what is only a type`, async () => {
    const files = {
      'main.ts': `import 'reflect-metadata'
        import Named, { type Marked, Plain } from './types.js'
        import OnlyType from './only-type.js'
        import * as all from './types.js'
        const mark = (target: object, key: string): void => {}
        export class Row {
          @mark marked!: Marked
          @mark plain!: Plain
          @mark named!: Named
          @mark only!: OnlyType
          @mark inner!: all.Deep.Inner
          @mark later!: Later
        }
        class Later {}
        export const types = () => ['marked', 'plain', 'named', 'only', 'inner', 'later'].map(
          (key) => (Reflect as any).getMetadata('design:type', Row.prototype, key).name)`,
      'types.ts': `export interface Marked { a: 1 }
        export interface Plain { a: 1 }
        export default class Named {}
        export namespace Deep { export class Inner {} }`,
      'only-type.ts': `interface OnlyType { a: 1 }
        export default OnlyType`,
    }
    await withProject(kind, files, async ({ at }) => {
      const { types } = await loadModule(at('main.ts'))

      assert.deepEqual((types as () => string[])(), [
        'Object',
        'Object',
        'Named',
        'Object',
        'Inner',
        'Object',
      ])
    })
  })

async function metadatasOf(source: unknown): Promise<Record<string, string>> {
  const { buildMetadatas, entityMetadatas } = source as {
    buildMetadatas: () => Promise<void>
    entityMetadatas: EntityMetadata[]
  }
  assert.deepEqual(entityMetadatas, [])
  await buildMetadatas.call(source)
  const metadatas = (source as { entityMetadatas: EntityMetadata[] }).entityMetadatas
  return Object.fromEntries(
    metadatas
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, ownColumns }) => [
        name,
        ownColumns.map((column) => `${column.propertyName}:${typeName(column)}`).join(' '),
      ]),
  )
}

function typeName({ type, relationMetadata }: EntityMetadata['ownColumns'][number]): string {
  if (relationMetadata) return 'relation'
  return typeof type === 'function' ? type.name : type
}
