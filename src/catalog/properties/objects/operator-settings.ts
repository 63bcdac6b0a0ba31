import { part } from '../setting/setting'
import {
  isMade,
  isThereAny,
  keyOfMade,
  type MadeObject,
  madeObjects,
  named,
  ownedOf,
  schemaName,
} from './made-object'

/** Of an operator's row `o`: `s.+ (integer, NONE)`. */
const operatorPath = `format('%s.%s (%s, %s)', o.oprnamespace::regnamespace, o.oprname,
  coalesce(nullif(o.oprleft, 0)::regtype::text, 'NONE'), coalesce(nullif(o.oprright, 0)::regtype::text, 'NONE'))`

const operatorNamed = (oid: string) =>
  `(SELECT format('OPERATOR(%s.%s)', x.oprnamespace::regnamespace, x.oprname) FROM pg_operator x WHERE x.oid = ${oid})`

const option = (name: string, value: string) => `'${name} = ' || ${value}`

const operators: MadeObject = {
  catalog: 'pg_operator',
  alias: 'o',
  what: 'OPERATOR',
  path: operatorPath,
  home: 'o.oprnamespace',
  owner: 'o.oprowner',
  create: `format('CREATE OPERATOR %s.%s (%s)', o.oprnamespace::regnamespace, o.oprname, concat_ws(', ',
    ${option('FUNCTION', 'o.oprcode')}, ${option('LEFTARG', 'nullif(o.oprleft, 0)::regtype')}, ${option('RIGHTARG', 'nullif(o.oprright, 0)::regtype')},
    ${option('COMMUTATOR', operatorNamed('o.oprcom'))}, ${option('NEGATOR', operatorNamed('o.oprnegate'))},
    ${option('RESTRICT', 'nullif(o.oprrest, 0)::regproc')}, ${option('JOIN', 'nullif(o.oprjoin, 0)::regproc')},
    CASE WHEN o.oprcanhash THEN 'HASHES' END, CASE WHEN o.oprcanmerge THEN 'MERGES' END))`,
  where: 'o.oprcode <> 0',
}

const method = (oid: string) => `(SELECT amname FROM pg_am WHERE oid = ${oid})`

const familyPath = `format('%s USING %I', ${named('f.opfnamespace', 'f.opfname')}, ${method('f.opfmethod')})`
const families: MadeObject = {
  catalog: 'pg_opfamily',
  alias: 'f',
  what: 'OPERATOR FAMILY',
  path: familyPath,
  home: 'f.opfnamespace',
  owner: 'f.opfowner',
  create: `'CREATE OPERATOR FAMILY ' || ${familyPath}`,
}

const types = (left: string, right: string) =>
  `format('(%s, %s)', ${left}::regtype, ${right}::regtype)`
const operatorEntry = `format('OPERATOR %s %s.%s %s%s', m.amopstrategy, o.oprnamespace::regnamespace, o.oprname,
  ${types('m.amoplefttype', 'm.amoprighttype')},
  (SELECT ' FOR ORDER BY ' || ${named('s.opfnamespace', 's.opfname')} FROM pg_opfamily s WHERE s.oid = m.amopsortfamily))`
const functionEntry = `format('FUNCTION %s %s %s', m.amprocnum, ${types('m.amproclefttype', 'm.amprocrighttype')}, m.amproc::regprocedure)`
const operatorsOf = 'FROM pg_amop m JOIN pg_operator o ON o.oid = m.amopopr'
const functionsOf = 'FROM pg_amproc m'

/** The class that an entry belongs to; others are of the family alone. */
const ofClass = (catalog: string, oid: string) => `EXISTS (
  SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = m.oid
    AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'i'${oid && ` AND d.refobjid = ${oid}`})`

const classPath = `format('%s USING %I', ${named('c.opcnamespace', 'c.opcname')}, ${method('c.opcmethod')})`
const classes: MadeObject = {
  catalog: 'pg_opclass',
  alias: 'c',
  what: 'OPERATOR CLASS',
  path: classPath,
  home: 'c.opcnamespace',
  owner: 'c.opcowner',
  create: `format('CREATE OPERATOR CLASS %s%s FOR TYPE %s USING %I FAMILY %s AS %s',
    ${named('c.opcnamespace', 'c.opcname')}, CASE WHEN c.opcdefault THEN ' DEFAULT' END, c.opcintype::regtype, ${method('c.opcmethod')},
    (SELECT ${named('f.opfnamespace', 'f.opfname')} FROM pg_opfamily f WHERE f.oid = c.opcfamily),
    concat_ws(', ',
      (SELECT string_agg(${operatorEntry}, ', ' ORDER BY m.amopstrategy, m.amoplefttype::regtype::text, m.amoprighttype::regtype::text)
       ${operatorsOf} WHERE ${ofClass('pg_amop', 'c.oid')}),
      (SELECT string_agg(${functionEntry}, ', ' ORDER BY m.amprocnum, m.amproclefttype::regtype::text, m.amprocrighttype::regtype::text)
       ${functionsOf} WHERE ${ofClass('pg_amproc', 'c.oid')}),
      CASE WHEN c.opckeytype <> 0 THEN format('STORAGE %s', c.opckeytype::regtype)
           WHEN NOT EXISTS (SELECT FROM pg_amop m WHERE ${ofClass('pg_amop', 'c.oid')})
            AND NOT EXISTS (SELECT FROM pg_amproc m WHERE ${ofClass('pg_amproc', 'c.oid')})
           THEN format('STORAGE %s', c.opcintype::regtype) END))`,
}

/** What is of a family and of no class of it. */
const loose = (catalog: string, family: string, entry: string, dropped: string, from: string) =>
  part(
    {
      key: `format('OPERATOR FAMILY %s %s', ${familyPath}, ${dropped})`,
      schema: schemaName('f.opfnamespace'),
      within: keyOfMade('OPERATOR FAMILY', familyPath),
      set: `format('ALTER OPERATOR FAMILY %s ADD %s', ${familyPath}, ${entry})`,
      reset: `format('ALTER OPERATOR FAMILY %s DROP %s', ${familyPath}, ${dropped})`,
      flags: `'again'`,
    },
    `${from} JOIN pg_opfamily f ON f.oid = m.${family}
     WHERE ${isMade('pg_opfamily', 'f')} AND NOT ${ofClass(catalog, '')}`,
    isThereAny('pg_opfamily'),
  )

const looseEntries = [
  loose(
    'pg_amop',
    'amopfamily',
    operatorEntry,
    `format('OPERATOR %s %s', m.amopstrategy, ${types('m.amoplefttype', 'm.amoprighttype')})`,
    operatorsOf,
  ),
  loose(
    'pg_amproc',
    'amprocfamily',
    functionEntry,
    `format('FUNCTION %s %s', m.amprocnum, ${types('m.amproclefttype', 'm.amprocrighttype')})`,
    functionsOf,
  ),
]

/** Operators, their families and classes. */
export const operatorSettings = [
  ...[operators, families, classes].flatMap(madeObjects),
  ...looseEntries,
]

/** Their owners. */
export const operatorOwners = [operators, families, classes].map(ownedOf)
