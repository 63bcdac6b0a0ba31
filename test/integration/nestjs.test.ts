import 'reflect-metadata'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Injectable, Module, type DynamicModule } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { migrateTo } from '../../src'
import {
  TypetrekHealthIndicator,
  TypetrekModule,
  type TypetrekModuleOptions,
} from '../../src/integration/nestjs'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'

const scripts = [
  { name: '1_a', sql: 'CREATE TABLE a ()' },
  { name: '2_b', sql: 'CREATE TABLE b ()' },
]

/** An application as Nest starts it; `synchronize` is off by default. */
async function boot(url: string, schema: DynamicModule) {
  // not by require: in Node 20 what such a module imports passes by the hook of support/older-typeorm
  const { TypeOrmModule } = await import('@nestjs/typeorm')
  class AppModule {
    readonly name = 'app'
  }
  Module({
    imports: [TypeOrmModule.forRoot({ type: 'postgres', url, retryAttempts: 0 }), schema],
  })(AppModule)
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
    abortOnError: false,
  })
  return { health: app.get(TypetrekHealthIndicator), close: () => app.close() }
}

const at = (options: Partial<TypetrekModuleOptions>) =>
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
