import { type MadeObject, madeObjects, named, ownedOf } from './made-object'

const castPath = `format('(%s AS %s)', c.castsource::regtype, c.casttarget::regtype)`
const casts: MadeObject = {
  catalog: 'pg_cast',
  alias: 'c',
  what: 'CAST',
  path: castPath,
  create: `concat_ws(' ', 'CREATE CAST', ${castPath},
    CASE c.castmethod WHEN 'f' THEN format('WITH FUNCTION %s', c.castfunc::regprocedure)
      WHEN 'i' THEN 'WITH INOUT' ELSE 'WITHOUT FUNCTION' END,
    CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END)`,
}

const conversionPath = named('c.connamespace', 'c.conname')
const encodings: MadeObject = {
  catalog: 'pg_conversion',
  alias: 'c',
  what: 'CONVERSION',
  path: conversionPath,
  home: 'c.connamespace',
  owner: 'c.conowner',
  create: `format('CREATE%s CONVERSION %s FOR %L TO %L FROM %s', CASE WHEN c.condefault THEN ' DEFAULT' END, ${conversionPath},
    pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc)`,
}

const language = '(SELECT l.lanname FROM pg_language l WHERE l.oid = t.trflang)'
const transformPath = `format('FOR %s LANGUAGE %I', t.trftype::regtype, ${language})`
const transforms: MadeObject = {
  catalog: 'pg_transform',
  alias: 't',
  what: 'TRANSFORM',
  path: transformPath,
  create: `format('CREATE TRANSFORM %s (%s)', ${transformPath}, concat_ws(', ',
    'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::regprocedure, 'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::regprocedure))`,
}

const languagePath = `format('%I', l.lanname)`
const languages: MadeObject = {
  catalog: 'pg_language',
  alias: 'l',
  what: 'LANGUAGE',
  path: languagePath,
  owner: 'l.lanowner',
  create: `concat_ws(' ', CASE WHEN l.lanpltrusted THEN 'CREATE TRUSTED LANGUAGE' ELSE 'CREATE LANGUAGE' END, ${languagePath},
    'HANDLER ' || l.lanplcallfoid::regproc, 'INLINE ' || nullif(l.laninline, 0)::regproc, 'VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc)`,
  where: 'l.lanplcallfoid <> 0',
}

const methodPath = `format('%I', m.amname)`
const methods: MadeObject = {
  catalog: 'pg_am',
  alias: 'm',
  what: 'ACCESS METHOD',
  path: methodPath,
  create: `format('CREATE ACCESS METHOD %s TYPE %s HANDLER %s', ${methodPath}, CASE m.amtype WHEN 't' THEN 'TABLE' ELSE 'INDEX' END, m.amhandler)`,
}

/** What is for the whole database, and conversions between encodings. */
export const conversionSettings = [casts, encodings, transforms, languages, methods].flatMap(
  madeObjects,
)

/** The owners of what has one. */
export const conversionOwners = [encodings, languages].map(ownedOf)
