import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'
import { readMarked, type ToolMarkers } from '../sections/marked-sections'

/** @see https://salsita.github.io/node-pg-migrate/migrations/#sql-migrations */
const markers: ToolMarkers = {
  tool: 'node-pg-migrate',
  up: /^\s*--[\s-]*up\s+migration/i,
  down: /^\s*--[\s-]*down\s+migration/i,
  wholeWithout: true,
}

/** `<number>_<title>.sql`, cut at `-- Up Migration` and `-- Down Migration`. */
export const nodePgMigrate: ScriptLayout = {
  ...usualLayout,
  readName,
  sections: (...text) => readMarked(markers, ...text),
  markers: { up: '-- Up Migration', down: '-- Down Migration' },
}

/** Its modules get a builder of SQL, which nothing but node-pg-migrate has. */
function readName(fileName: string): NameReading {
  const reading = usualLayout.readName(fileName)
  if (reading.is !== 'script' || reading.extension === 'sql') return reading
  if (reading.revision.length === 14) return reading
  return {
    is: 'invalid',
    problem: 'a module of node-pg-migrate, which only that tool can run',
    hint: 'Write what it does as SQL, or name it in ignore once every database has it.',
  }
}
