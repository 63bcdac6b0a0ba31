import 'reflect-metadata'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  Global,
  Injectable,
  Module,
  ServiceUnavailableException,
  type DynamicModule,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { HealthCheckResult } from '@nestjs/terminus'
import { migrateTo } from '../../src'
import {
  TypetrekHealthIndicator,
  TypetrekModule,
  type TypetrekModuleOptions,
  type TypetrekModuleWiring,
} from '../../src/integration/nestjs'
import type { OpenBackend } from '../../src/backend-kit'
import { MemoryBackend, MemoryStore } from '../backends/memory-backend'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'

const scripts = [
  { name: '1_a', sql: 'CREATE TABLE a ()' },
  { name: '2_b', sql: 'CREATE TABLE b ()' },
]

/** An application as Nest starts it; `synchronize` is off by default. */
async function boot(url: string, schema: DynamicModule, ...more: ModuleMetadata['imports'] & {}) {
  // not by require: in Node 20 what such a module imports passes by the hook of support/older-typeorm
  const { TypeOrmModule } = await import('@nestjs/typeorm')
  class AppModule {
    readonly name = 'app'
  }
  Module({
    imports: [TypeOrmModule.forRoot({ type: 'postgres', url, retryAttempts: 0 }), schema, ...more],
  })(AppModule)
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    abortOnError: false,
  })
  const get = <Service>(token: Type<Service>) => app.get(token)
  return { health: get(TypetrekHealthIndicator), get, close: () => app.close() }
}

const at = (options: Partial<TypetrekModuleOptions & TypetrekModuleWiring>) =>
  TypetrekModule.forRoot({ scripts, ...options }) as DynamicModule

test('a Nest application verifies its schema at boot, upgrades it when it is told to, and says how it is', async () => {
  await withDatabase(async ({ url, query }) => {
    const refused = await failureOf(boot(url, at({})))
    assert.equal(refused.code, 'PENDING')
    assert.deepEqual(await query("SELECT FROM pg_class WHERE relname = 'migration_journal'"), [])

    const idle = await boot(url, at({ atBoot: 'nothing' }))
    const down = await idle.health.isHealthy()
    assert.equal(down['schema']?.status, 'down')
    assert.equal(down['schema']?.['pending'], 2)
    const lines: string[] = []
    const logger = { log: (line: string) => lines.push(line), warn: () => 0, error: () => 0 }
    const upgrading = await boot(url, at({ atBoot: 'upgrade', logger }))
    assert.deepEqual(lines.slice(0, 2), ['2 scripts to run', 'applying 1_a'])
    const { schema } = await idle.health.isHealthy()
    assert.deepEqual(schema, {
      ...{ status: 'up', revision: '2', applied: 2, pending: 0 },
      ...{ unfinished: [], failed: [], running: null },
    })
    await upgrading.close()
    await idle.close()
    await (await boot(url, at({}))).close()
  })
})

test('@nestjs/terminus takes the answer of the health indicator, up and down', async () => {
  const { HealthCheckService, TerminusModule } = await import('@nestjs/terminus')
  await withDatabase(async ({ url }) => {
    const app = await boot(
      url,
      at({ atBoot: 'nothing' }),
      TerminusModule.forRoot({ logger: false }),
    )
    const service = app.get(HealthCheckService)
    const check = () => service.check([() => app.health.isHealthy()])
    const behind: unknown = await check().catch((error: unknown) => error)
    assert.ok(behind instanceof ServiceUnavailableException)
    const { status, error } = behind.getResponse() as HealthCheckResult
    assert.equal(status, 'error')
    assert.equal(error?.['schema']?.['pending'], 2)
    await migrateTo(url, scripts)
    const { status: now, info } = await check()
    assert.equal(now, 'ok')
    assert.equal(info?.['schema']?.['revision'], '2')
    await app.close()
  })
})

test('the module works on a backend of one’s own too', async () => {
  await withDatabase(async ({ url, query }) => {
    const store = new MemoryStore()
    const on: OpenBackend = (context) => new MemoryBackend(store, context)
    class StoreModule {
      readonly name = 'store'
    }
    const provider = { provide: 'store', useValue: on }
    Global()(StoreModule)
    Module({ providers: [provider], exports: ['store'] })(StoreModule)
    const app = await boot(url, at({ atBoot: 'upgrade', dataSource: 'store' }), StoreModule)

    assert.deepEqual([...store.tables].toSorted(), ['a', 'b'])
    assert.equal((await app.health.isHealthy())['schema']?.status, 'up')
    assert.deepEqual(await query("SELECT FROM pg_class WHERE relname = 'migration_journal'"), [])
    await app.close()
  })
})

test('the options may come from other providers', async () => {
  await withDatabase(async ({ url, query }) => {
    class Config {
      readonly atBoot = 'upgrade' as const
    }
    Injectable()(Config)
    class ConfigModule {
      readonly name = 'config'
    }
    Module({ providers: [Config], exports: [Config] })(ConfigModule)
    const module = TypetrekModule.forRootAsync({
      imports: [ConfigModule],
      inject: [Config],
      useFactory: ({ atBoot }: Config) => Promise.resolve({ scripts, atBoot }),
    }) as DynamicModule
    const app = await boot(url, module)

    assert.equal((await query('SELECT FROM migration_journal')).length, 3) // with the set-up's
    await app.close()
  })
})

test('an older release does not call a newer schema broken', async () => {
  await withDatabase(async ({ url }) => {
    await migrateTo(url, scripts)
    const older = await boot(url, at({ scripts: scripts.slice(0, 1) }))

    assert.equal((await older.health.isHealthy())['schema']?.status, 'up')
    await older.close()
    assert.deepEqual(await older.health.isHealthy(), { schema: { status: 'down', closing: true } })
  })
})
