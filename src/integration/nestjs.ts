import { MigrationError } from '../errors'
import type { Scripts } from '../library/open-migrator'
import type { ExecuteOptions } from '../migrator/option-shapes'
import { executeShape } from '../migrator/option-shapes'
import type { DatabaseGiven } from '../migrator/pick-migrator'
import { checkArgument, oneOf } from '../settings/value/arguments'
import { setUpMigration } from '../setup'
import { LateMigrator, schemaStateOf, type SchemaState } from './schema-state'

/** What the module does when the application boots, before it serves. */
export type AtBoot = 'upgrade' | 'verify' | 'nothing'

/** Where the scripts are, and what happens at boot. */
export interface TypetrekModuleOptions extends ExecuteOptions {
  scripts: Scripts
  /**
   * `upgrade` sets an empty database up, and applies what is pending; however many replicas boot at once, each
   * script runs once. `verify` (default) refuses to boot where something is pending: for deployments that run
   * `migrate upgrade` before. `nothing`: only the health indicator.
   */
  atBoot?: AtBoot
}

/** What must be known before the options are resolved. */
export interface TypetrekModuleWiring {
  /**
   * The injection token of the database, such as `getDataSourceToken('reports')`: a DataSource, or anything else
   * that `plan` and `migrateTo` accept. Default: the DataSource of `TypeOrmModule.forRoot`.
   */
  dataSource?: unknown
}

/** Options that come from other providers. */
export interface TypetrekModuleAsync extends TypetrekModuleWiring {
  imports?: unknown[]
  inject?: unknown[]
  useFactory: (...given: never[]) => TypetrekModuleOptions | Promise<TypetrekModuleOptions>
}

/** A dynamic module, as Nest 10 and newer take it. */
export interface NestModule {
  module: typeof TypetrekModule
  global: true
  // oxlint-disable typescript/no-explicit-any -- Nest's own type of them differs from version to version
  imports: any[]
  providers: any[]
  exports: any[]
  // oxlint-enable typescript/no-explicit-any
}

/** The answer of the health indicator, as `@nestjs/terminus` takes it from its version 11 on. */
export type SchemaHealth = Record<string, { status: 'up' | 'down' } & Record<string, unknown>>

/** Says whether the schema is current: for a readiness check, and for programs. */
export class TypetrekHealthIndicator {
  private closing = false

  constructor(private readonly migrator: LateMigrator) {}

  /** Whether the database is where the scripts lead. Reads only. */
  async state(): Promise<SchemaState> {
    return schemaStateOf(await (await this.migrator.get()).status())
  }

  /**
   * `up` where the schema is current, else `down` with what is pending, failed or being run; it does not throw.
   *
   * @example
   * health.check([() => schema.isHealthy()])
   */
  async isHealthy(key = 'schema'): Promise<SchemaHealth> {
    // its DataSource is not to be opened again
    if (this.closing) return { [key]: { status: 'down', closing: true } }
    try {
      const { current, pending, ...state } = await this.state()
      return { [key]: { status: current ? 'up' : 'down', ...state, pending: pending.length } }
    } catch (error) {
      const code = error instanceof MigrationError ? error.code : 'INTERNAL'
      return { [key]: { status: 'down', error: code } }
    }
  }

  /** Nest calls it when the application closes. */
  async onModuleDestroy(): Promise<void> {
    this.closing = true
    await this.migrator.close()
  }
}

const optionsToken = Symbol('typetrek options')

/**
 * typetrek in a Nest application: imported once, it verifies or upgrades the schema while the application
 * boots, before any `onModuleInit`, and gives every module a `TypetrekHealthIndicator`. `synchronize` and
 * `migrationsRun` of the DataSource must be off.
 *
 * @example
 * @Module({
 *   imports: [
 *     TypeOrmModule.forRoot({ type: 'postgres', url, autoLoadEntities: true }),
 *     TypetrekModule.forRoot({ scripts: 'migration', atBoot: 'upgrade' }),
 *   ],
 * })
 * export class AppModule {}
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- Nest knows modules by their class
export class TypetrekModule {
  static forRoot(options: TypetrekModuleOptions & TypetrekModuleWiring): NestModule {
    const { dataSource, ...given } = options
    const useFactory = () => given
    return TypetrekModule.forRootAsync({
      ...(dataSource !== undefined && { dataSource }),
      useFactory,
    })
  }

  /** The same with options that other providers give. */
  static forRootAsync({
    dataSource,
    imports = [],
    inject = [],
    useFactory,
  }: TypetrekModuleAsync): NestModule {
    const indicator = {
      provide: TypetrekHealthIndicator,
      inject: [optionsToken, dataSource ?? usualDataSource()],
      useFactory: boot,
    }
    return {
      module: TypetrekModule,
      global: true,
      imports,
      providers: [{ provide: optionsToken, inject, useFactory }, indicator],
      exports: [TypetrekHealthIndicator],
    }
  }
}

/** The token under which `@nestjs/typeorm` provides the DataSource that has no name. */
function usualDataSource(): unknown {
  const { DataSource } = require('typeorm') as typeof import('typeorm')
  return DataSource
}

const anything = { what: 'scripts', holds: (value: unknown) => value !== null }
const shape = { ...executeShape, scripts: anything, atBoot: oneOf('upgrade', 'verify', 'nothing') }

/** A provider's factory is waited for, so nothing is served and no hook of a module runs before. */
async function boot(
  options: TypetrekModuleOptions,
  database: DatabaseGiven,
): Promise<TypetrekHealthIndicator> {
  checkArgument('the options of TypetrekModule', options, shape, ['scripts'])
  const { scripts, atBoot = 'verify', ...given } = options
  const indicator = new TypetrekHealthIndicator(new LateMigrator(database, scripts))
  if (atBoot === 'upgrade')
    await setUpMigration(database, scripts, { ...given, whenSetUp: 'upgrade' })
  if (atBoot === 'verify') refuseOthers(await indicator.state())
  return indicator
}

/** @throws {MigrationError} PENDING */
function refuseOthers({ pending, unfinished }: SchemaState): void {
  const behind = [...new Set([...pending, ...unfinished])]
  if (behind.length === 0) return
  throw new MigrationError('PENDING', `the database is behind: ${behind.length} scripts pending`, {
    detail: behind.slice(0, 5).join(', ') + (behind.length > 5 ? ', …' : ''),
    hint: "Run migrate upgrade before this release starts, or set atBoot: 'upgrade'.",
  })
}
