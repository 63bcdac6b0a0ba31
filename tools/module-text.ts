import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from '@swc/core'

/**
 * The same code without comments.
 * @param dense without line ends too; names stay
 */
export function plain(code: string, dense = false): string {
  const { code: text } = transformSync(code, {
    configFile: false,
    swcrc: false,
    isModule: 'commonjs',
    minify: dense,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'ecmascript' },
      minify: {
        ...(dense && { compress: false, mangle: false }),
        format: { comments: false, asciiOnly: true },
      },
    },
  })
  return text.trim()
}

/** An ES module as one that is required. */
export function required(code: string): string {
  const { code: text } = transformSync(code, {
    configFile: false,
    swcrc: false,
    isModule: true,
    module: { type: 'commonjs', importInterop: 'none' },
    jsc: { target: 'es2022', parser: { syntax: 'ecmascript' } },
  })
  return text
}

/** A module of typetrek's is loaded as what it is; what `import()` adds is a second loader. */
export function withRequires(code: string): string {
  const lazy = code.replace(
    /\bimport\((["'](?:\.|@supabase\/pg-delta\/)[^"']+["'])\)/g,
    'Promise.resolve().then(() => require($1))',
  )
  if (/\bimport\(/.test(lazy)) throw new Error(`import() of a package in a bundled file:\n${lazy}`)
  return lazy
}

/** What the authors of a package ask to be told with every copy. */
export function licenceOf(folder: string): string {
  const files = readdirSync(folder)
  const file = files.find((name) => /^licen[cs]e/i.test(name))
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8').trim()
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as About
  const author = typeof about.author === 'string' ? about.author : about.author?.name
  return `${about.license} licence, ${author}, as its package.json says`
}

interface About {
  license?: string
  author?: string | { name?: string }
}
