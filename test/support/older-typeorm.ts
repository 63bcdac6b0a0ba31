import Module, { createRequire, register } from 'node:module'

/*
 * Preloaded (`--require`) into a process and its children: what asks for `typeorm` there gets TypeORM 0.3,
 * the oldest line that typetrek supports. An ES module gets it where it was imported: what Node 20 takes
 * by `require` passes by the hook.
 */

const older = 'typeorm-0.3'
const isTypeorm = /^typeorm(?=$|\/)/

interface Resolver {
  _resolveFilename(request: string, parent: unknown, ...more: unknown[]): string
}

const resolver = Module as unknown as Resolver
const original = resolver._resolveFilename.bind(resolver)
const own = createRequire(__filename)

resolver._resolveFilename = (request, parent, ...more) =>
  isTypeorm.test(request)
    ? own.resolve(request.replace(isTypeorm, older))
    : original(request, parent, ...more)

register(
  `data:text/javascript,${encodeURIComponent(`
export function resolve(specifier, context, next) {
  if (!${isTypeorm}.test(specifier)) return next(specifier, context)
  const parentURL = ${JSON.stringify(`file://${__filename}`)}
  return next(specifier.replace(${isTypeorm}, ${JSON.stringify(older)}), { ...context, parentURL })
}`)}`,
)
