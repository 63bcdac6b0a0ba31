import type { LayoutName } from '../settings/value/setting-types'

/** A folder that may hold scripts: its files' names, also one level down, and the text of its first SQL file. */
export interface FolderSample {
  /** Relative to the project, with `/`. */
  path: string
  names: readonly string[]
  /** Of the first SQL file, or empty. */
  text: string
}

/** Whose scripts a folder holds; undefined where it holds none. Pure. */
export function recogniseLayout({ path, names, text }: FolderSample): LayoutName | undefined {
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name))
  if (some(/^meta\/_journal\.json$/)) return 'drizzle'
  if (some(/^\d+_[^/]*\/migration\.sql$/)) return 'prisma'
  if (some(/^\d[\d-]*_[^/]*\/up\.sql$/)) return 'diesel'
  if (some(/^[VR]\d*[\d._]*__.*\.sql$/)) return some(/^V\d+[._]\d/) ? 'flyway-dotted' : 'flyway'
  if (/(?:^|\/)supabase\/migrations$/.test(path)) return 'supabase'
  if (/^--\s*migrate:up\b/m.test(text)) return 'dbmate'
  if (/^--\s*\+goose\s+up\b/im.test(text)) return 'goose'
  if (/^--\s*\+migrate\s+up\b/im.test(text)) return 'sql-migrate'
  if (/^\s*--[\s-]*up\s+migration\b/im.test(text)) return 'node-pg-migrate'
  if (some(/^0\d*_.*\.up\.sql$/)) return 'golang-migrate'
  if (some(/^\d+[_-].*\.(?:[cm]?[jt]s|sql)$/)) return 'typetrek'
  const named = /(?:^|\/)migrations?$/.test(path)
  return named && some(/^[^.]+\.[cm]?[jt]s$/) ? 'typetrek' : undefined
}
