import { existsSync } from 'node:fs'
import { chmod, readFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { withMigrationSources } from '../database/application/migration-sources'
import { MigrationError } from '../errors'
import { usualLayout, type ScriptLayout } from '../script/layout/layout'
import type { Script } from '../script/script'
import { readScripts } from '../script/source/read-scripts'
import { moduleKind } from '../script/typescript/project'
import type { Settings } from '../settings/value/setting-types'
import { textOf, writeWhole } from '../whole-file'
import { bundleText, isBundle } from './bundle-text'
import type { SettingsToCarry } from './carried-settings'
import { contentsOf } from './gather-contents'

export interface BundleOptions {
  layout?: ScriptLayout
  /** True: a file in which no bundle is is replaced too. */
  overwrite?: boolean
}

/** What was written. */
export interface BundleReport {
  /** Absolute path. */
  file: string
  bytes: number
  scripts: readonly Pick<Script, 'revision' | 'title'>[]
  /** How many modules of the application and of packages are in it. */
  modules: number
  /** Packages that must be installed where it runs. */
  needs: readonly string[]
  /** Settings of the ini that it does not have. */
  left: readonly string[]
}

/**
 * Writes one file that holds the scripts, what their modules import, the canonical schema, the settings
 * that hold everywhere, and the program that runs them. Connects to nothing. Modules are compiled and not
 * run, but for the one of `typeorm.data_source` where its DataSource says which the scripts are.
 * @param carried the settings that go into it
 * @param out absolute path
 * @throws {MigrationError} SETTINGS_INVALID for what is not PostgreSQL and for `layout = graph`, USAGE for a
 *   name that Node takes for an ES module, DECLINED where `out` is another file, SCRIPT_INVALID,
 *   SCRIPT_NOT_LOADABLE, and what the folder refuses
 */
export async function writeBundle(
  settings: Settings,
  carried: SettingsToCarry,
  out: string,
  { layout = usualLayout, overwrite = false }: BundleOptions = {},
): Promise<BundleReport> {
  refuseOthers(settings)
  refuseEsModule(out)
  const before = await textOf(out)
  if (before !== undefined && !overwrite && !isBundle(before)) throw isOther(out)
  const found = await withMigrationSources(settings)
  const scripts = await scriptsInFiles(found, layout)
  const { contents, external } = await contentsOf(found, scripts, carried.values)
  const text = bundleText(contents, await programText())
  await writeWhole(out, text)
  await chmod(out, 0o755)
  return {
    file: out,
    bytes: Buffer.byteLength(text),
    scripts: contents.scripts.map(({ revision, title }) => ({ revision, title })),
    modules: Object.keys(contents.modules).length,
    needs: external,
    left: carried.left,
  }
}

/** Classes that a DataSource lists are found in its module again, where the bundle runs. */
async function scriptsInFiles(settings: Settings, layout: ScriptLayout) {
  const { classes, ...others } = settings
  if (classes && settings.packages?.length === 0) return []
  return readScripts(others, { layout, allowEmpty: classes !== undefined })
}

function refuseOthers({ database: { kind }, layout }: Settings): void {
  const isServer = kind === 'postgres' || kind === 'embedded' || kind === 'data_source'
  if (isServer && layout !== 'graph') return
  const what = isServer ? 'a graph of revisions' : 'what is not PostgreSQL'
  throw new MigrationError('SETTINGS_INVALID', `there is no bundle for ${what}`, {
    hint: 'Deploy the folder, and let migrate manifest list what must be in it.',
  })
}

/** A bundle is CommonJS, which a package may say of its `.js` files that they are not. */
function refuseEsModule(out: string): void {
  const extension = extname(out)
  if (extension === '.cjs' || (extension === '.js' && moduleKind(out) === 'commonjs')) return
  const why = extension === '.js' ? ', and package.json says that .js is an ES module' : ''
  throw new MigrationError('USAGE', `a bundle is a CommonJS file${why}: "${basename(out)}"`, {
    hint: `Call it ${basename(out, extension)}.cjs.`,
  })
}

function isOther(file: string): MigrationError {
  const message = `nothing was written, since ${basename(file)} is no bundle`
  const hint = 'Give --yes to replace it, or name another file.'
  return new MigrationError('DECLINED', message, { file, hint })
}

/** What the build of typetrek made of the modules that a bundle needs. */
async function programText(): Promise<string> {
  const file = join(dirname(__dirname), 'bundle-program.js')
  if (existsSync(file)) return readFile(file, 'utf8')
  throw new MigrationError('PACKAGE_MISSING', 'the program of a bundle is not built', {
    file,
    hint: 'Run npm run build in the folder of typetrek first.',
  })
}
