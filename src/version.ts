import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** This package's version, as every journal entry records it. */
export const toolVersion: string = (
  JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
    version: string
  }
).version
