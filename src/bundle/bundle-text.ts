import type { BundleContents } from './bundle-contents'

const mark = '// A bundle of migrations, written by typetrek.'

/** True for the text of a bundle. Pure. */
export function isBundle(text: string): boolean {
  return text.slice(0, 200).includes(mark)
}

/**
 * The text of a bundle: a CommonJS file that can be run and required. Pure.
 * @param program the program's modules; it takes what it runs from `contents`
 */
export function bundleText(contents: BundleContents, program: string): string {
  const json = JSON.stringify(JSON.stringify(contents))
  return [
    '#!/usr/bin/env node',
    `${mark} Write it again with migrate bundle.`,
    `const contents = JSON.parse(${json})`,
    program,
  ].join('\n')
}
