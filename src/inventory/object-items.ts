import { home, inSchema } from '../catalog/properties/setting/setting'
import { madeItems } from './made-items'
import {
  attribute,
  items,
  notBrought,
  ours,
  ownerTable,
  privileges,
  relation,
  sorted,
} from './item'

const own = (catalog: string, alias: string) =>
  `${alias}.oid >= 16384 AND ${notBrought(catalog, `${alias}.oid`)}`

const schemas = items(
  { kind: 'schema', name: 'n.nspname', schema: 'n.nspname', text: `''` },
  `FROM pg_namespace n WHERE ${inSchema} AND ${own('pg_namespace', 'n')}`,
)

const extensions = items(
  { kind: 'extension', name: 'e.extname', text: 'e.extnamespace::regnamespace' },
  'FROM pg_extension e WHERE e.oid >= 16384',
)

const routines = items(
  {
    kind: 'routine',
    name: 'p.oid::regprocedure',
    schema: 'n.nspname',
    text: `CASE WHEN p.prokind = 'a' THEN (
        SELECT concat_ws(' ', pg_get_function_arguments(p.oid), a.aggkind, a.aggnumdirectargs, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn,
          a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn, a.aggfinalextra, a.aggmfinalextra, a.aggfinalmodify,
          a.aggmfinalmodify, a.aggsortop::regoper, a.aggtranstype::regtype, a.aggtransspace, a.aggmtranstype::regtype,
          a.aggmtransspace, a.agginitval, '/', a.aggminitval, p.proparallel)
        FROM pg_aggregate a WHERE a.aggfnoid = p.oid) ELSE pg_get_functiondef(p.oid) END`,
  },
  `FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${inSchema} AND ${own('pg_proc', 'p')}
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')`,
)

const types = items(
  {
    kind: 'type',
    name: 't.oid::regtype',
    schema: 'n.nspname',
    text: `concat_ws(' ', t.typtype,
      (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
      CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
      CASE WHEN t.typtype = 'd' AND t.typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype)
           THEN t.typcollation::regcollation END,
      CASE WHEN t.typnotnull THEN 'NOT NULL' END, pg_get_expr(t.typdefaultbin, 'pg_type'::regclass),
      (SELECT concat_ws(' ', r.rngsubtype::regtype, nullif(r.rngcollation, 0)::regcollation, nullif(r.rngcanonical, 0)::regproc,
         nullif(r.rngsubdiff, 0)::regproc, r.rngmultitypid::regtype) FROM pg_range r WHERE r.rngtypid = t.oid))`,
  },
  `FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
   WHERE t.typtype IN ('e', 'd', 'r') AND ${inSchema} AND ${own('pg_type', 't')}`,
)

const domainConstraints = items(
  {
    kind: 'constraint',
    name: `format('%s.%I', t.oid::regtype, k.conname)`,
    schema: 'n.nspname',
    text: 'pg_get_constraintdef(k.oid)',
  },
  `FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
   WHERE k.contype = 'c' AND ${inSchema} AND ${own('pg_type', 't')}`,
)

const collations = items(
  {
    kind: 'collation',
    name: 'c.oid::regcollation',
    schema: 'n.nspname',
    text: `concat_ws(' ', c.collprovider, c.collisdeterministic, to_jsonb(c) ->> 'collicurules', c.collcollate, c.collctype)`,
  },
  `FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE ${inSchema} AND ${own('pg_collation', 'c')}`,
)

const eventTriggers = items(
  {
    kind: 'event trigger',
    name: 'e.evtname',
    text: `concat_ws(' ', e.evtevent, e.evtenabled, e.evtfoid::regprocedure, ${sorted('e.evttags')})`,
  },
  `FROM pg_event_trigger e WHERE ${own('pg_event_trigger', 'e')}`,
)

const publications = items(
  {
    kind: 'publication',
    name: 'p.pubname',
    text: `concat_ws(' ', p.puballtables, to_jsonb(p) ->> 'pubgencols', p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot,
      (SELECT string_agg(concat_ws(' ', r.prrelid::regclass, to_jsonb(t) ->> 'rowfilter',
         (SELECT string_agg(x, ',' ORDER BY x COLLATE "C") FROM jsonb_array_elements_text(nullif(to_jsonb(t) -> 'attnames', 'null')) AS x)),
         ', ' ORDER BY r.prrelid::regclass::text COLLATE "C")
       FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid ${home}
       LEFT JOIN pg_publication_tables t ON t.pubname = p.pubname AND t.schemaname = n.nspname AND t.tablename = c.relname
       WHERE r.prpubid = p.oid))`,
  },
  `FROM pg_publication p WHERE ${own('pg_publication', 'p')}`,
)

const foreign = [
  items(
    {
      kind: 'foreign-data wrapper',
      name: 'f.fdwname',
      text: `concat_ws(' ', nullif(f.fdwhandler, 0)::regproc, nullif(f.fdwvalidator, 0)::regproc, ${sorted('f.fdwoptions')})`,
    },
    `FROM pg_foreign_data_wrapper f WHERE ${own('pg_foreign_data_wrapper', 'f')}`,
  ),
  items(
    {
      kind: 'server',
      name: 's.srvname',
      text: `concat_ws(' ', f.fdwname, s.srvtype, '/', s.srvversion, ${sorted('s.srvoptions')})`,
    },
    `FROM pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw WHERE ${own('pg_foreign_server', 's')}`,
  ),
]

/** But those of extensions, which bring their own. */
const comments = items(
  {
    kind: 'comment',
    name: `format('%s %s', i.type, i.identity)`,
    schema: `coalesce(i.schema, '')`,
    table: `coalesce((SELECT c.relname::text FROM pg_class c WHERE d.classoid = 'pg_class'::regclass AND c.oid = d.objoid), '')`,
    text: 'd.description',
  },
  `FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
   WHERE d.objoid >= 16384 AND d.classoid <> 'pg_extension'::regclass AND coalesce(i.schema, '') NOT LIKE 'pg\\_%'
     AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')`,
)

const granted = (kind: string, name: string, acl: string, type: string, owner: string) => ({
  kind: 'privileges',
  name: `'${kind} ' || ${name}`,
  text: `nullif(coalesce(${privileges(acl, owner)}, 'none'), ${privileges(`acldefault('${type}', ${owner})`, owner)})`,
})

const grants = [
  items(
    {
      ...granted('relation', relation, 'c.relacl', 'r', 'c.relowner'),
      schema: 'n.nspname',
      table: 'c.relname',
    },
    `FROM pg_class c ${home} WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relacl IS NOT NULL AND ${ours}`,
  ),
  items(
    {
      ...granted('sequence', relation, 'c.relacl', 's', 'c.relowner'),
      schema: 'n.nspname',
      table: ownerTable,
    },
    `FROM pg_class c ${home} WHERE c.relkind = 'S' AND c.relacl IS NOT NULL AND ${ours}`,
  ),
  items(
    {
      kind: 'privileges',
      name: `'column ' || ${attribute}`,
      schema: 'n.nspname',
      table: 'c.relname',
      text: privileges('a.attacl', 'c.relowner'),
    },
    `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid ${home} WHERE a.attacl IS NOT NULL AND ${ours}`,
  ),
  items(
    {
      ...granted('routine', 'p.oid::regprocedure', 'p.proacl', 'f', 'p.proowner'),
      schema: 'n.nspname',
    },
    `FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proacl IS NOT NULL AND ${inSchema} AND ${own('pg_proc', 'p')}`,
  ),
  items(
    { ...granted('type', 't.oid::regtype', 't.typacl', 'T', 't.typowner'), schema: 'n.nspname' },
    `FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typacl IS NOT NULL AND ${inSchema} AND ${own('pg_type', 't')}`,
  ),
  items(
    granted('language', `format('%I', l.lanname)`, 'l.lanacl', 'l', 'l.lanowner'),
    'FROM pg_language l WHERE l.lanacl IS NOT NULL AND l.lanpltrusted',
  ),
  items(
    { ...granted('schema', 'n.nspname', 'n.nspacl', 'n', 'n.nspowner'), schema: 'n.nspname' },
    `FROM pg_namespace n WHERE n.nspacl IS NOT NULL AND n.oid >= 16384 AND ${inSchema}`,
  ),
]

/** What is of no relation, and comments and privileges of everything. */
export const objectItems = [
  schemas,
  extensions,
  routines,
  types,
  domainConstraints,
  collations,
].concat([eventTriggers, publications, comments], foreign, grants, madeItems)
