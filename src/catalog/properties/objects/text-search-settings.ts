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

const parserPath = named('p.prsnamespace', 'p.prsname')
const parsers: MadeObject = {
  catalog: 'pg_ts_parser',
  alias: 'p',
  what: 'TEXT SEARCH PARSER',
  path: parserPath,
  home: 'p.prsnamespace',
  create: `format('CREATE TEXT SEARCH PARSER %s (START = %s, GETTOKEN = %s, END = %s, LEXTYPES = %s%s)', ${parserPath},
    p.prsstart, p.prstoken, p.prsend, p.prslextype, ', HEADLINE = ' || nullif(p.prsheadline, 0)::regproc)`,
}

const templatePath = named('t.tmplnamespace', 't.tmplname')
const templates: MadeObject = {
  catalog: 'pg_ts_template',
  alias: 't',
  what: 'TEXT SEARCH TEMPLATE',
  path: templatePath,
  home: 't.tmplnamespace',
  create: `format('CREATE TEXT SEARCH TEMPLATE %s (%sLEXIZE = %s)', ${templatePath}, 'INIT = ' || nullif(t.tmplinit, 0)::regproc || ', ', t.tmpllexize)`,
}

const dictionaryPath = named('d.dictnamespace', 'd.dictname')
const dictionaries: MadeObject = {
  catalog: 'pg_ts_dict',
  alias: 'd',
  what: 'TEXT SEARCH DICTIONARY',
  path: dictionaryPath,
  home: 'd.dictnamespace',
  owner: 'd.dictowner',
  create: `format('CREATE TEXT SEARCH DICTIONARY %s (%s)', ${dictionaryPath},
    concat_ws(', ', 'TEMPLATE = ' || ${templatePath}, d.dictinitoption))`,
  value: templatePath,
  joined: 'JOIN pg_ts_template t ON t.oid = d.dicttemplate',
}

/** The options of a dictionary, which it is created with; the value is as PostgreSQL writes it. */
const options = part(
  {
    key: `format('TEXT SEARCH DICTIONARY %s OPTION %s', ${dictionaryPath}, o.part[1])`,
    schema: schemaName('d.dictnamespace'),
    within: keyOfMade('TEXT SEARCH DICTIONARY', dictionaryPath),
    set: `format('ALTER TEXT SEARCH DICTIONARY %s (%s = %s)', ${dictionaryPath}, o.part[1], o.part[2])`,
    reset: `format('ALTER TEXT SEARCH DICTIONARY %s (%s)', ${dictionaryPath}, o.part[1])`,
    flags: `'implied'`,
  },
  `FROM pg_ts_dict d
   CROSS JOIN LATERAL regexp_matches(d.dictinitoption, '("(?:[^"]|"")*"|\\w+) = (E?''(?:[^'']|'''')*''|[^\\s'',]+)', 'g') AS o (part)
   WHERE ${isMade('pg_ts_dict', 'd')}`,
  isThereAny('pg_ts_dict'),
)

const configurationPath = named('c.cfgnamespace', 'c.cfgname')
const configurations: MadeObject = {
  catalog: 'pg_ts_config',
  alias: 'c',
  what: 'TEXT SEARCH CONFIGURATION',
  path: configurationPath,
  home: 'c.cfgnamespace',
  owner: 'c.cfgowner',
  create: `format('CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %s)', ${configurationPath}, ${named('p.prsnamespace', 'p.prsname')})`,
  joined: 'JOIN pg_ts_parser p ON p.oid = c.cfgparser',
}

/** Which dictionaries a configuration asks, of the kinds of words that it asks the same ones. */
const mappings = part(
  {
    key: `format('TEXT SEARCH MAPPING %s WITH %s', ${configurationPath}, g.dictionaries)`,
    schema: schemaName('c.cfgnamespace'),
    within: keyOfMade('TEXT SEARCH CONFIGURATION', configurationPath),
    set: `format('ALTER TEXT SEARCH CONFIGURATION %s ADD MAPPING FOR %s WITH %s', ${configurationPath}, g.words, g.dictionaries)`,
    reset: `format('ALTER TEXT SEARCH CONFIGURATION %s DROP MAPPING FOR %s', ${configurationPath}, g.words)`,
    flags: `'again'`,
  },
  `FROM pg_ts_config c CROSS JOIN LATERAL (
     SELECT string_agg(format('%I', w.alias), ', ' ORDER BY w.tokid) AS words, m.dictionaries
     FROM (SELECT t.maptokentype, string_agg(${named('d.dictnamespace', 'd.dictname')}, ', ' ORDER BY t.mapseqno) AS dictionaries
           FROM pg_ts_config_map t JOIN pg_ts_dict d ON d.oid = t.mapdict WHERE t.mapcfg = c.oid GROUP BY 1) AS m
     JOIN ts_token_type(c.cfgparser) AS w ON w.tokid = m.maptokentype GROUP BY 2
   ) AS g WHERE ${isMade('pg_ts_config', 'c')}`,
  isThereAny('pg_ts_config'),
)

/** Parsers, templates, dictionaries, configurations and their words. */
export const textSearchSettings = [
  ...[parsers, templates, dictionaries, configurations].flatMap(madeObjects),
  options,
  mappings,
]

/** The owners of what has one. */
export const textSearchOwners = [dictionaries, configurations].map(ownedOf)
