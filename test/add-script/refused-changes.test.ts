import { changeTest } from './change-case'

/** What PostgreSQL cannot change in place is refused before any statement is tried, by the name of what it is. */
const partitions = 'CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0)'
const parent = 'CREATE TABLE p (a int, b text);'

const refused: readonly [name: string, before: string, after: string, says: RegExp][] = [
  [
    'the type of a column of a partition key',
    `CREATE TABLE t ("the Key" int) PARTITION BY HASH ("the Key"); ${partitions}`,
    `CREATE TABLE t ("the Key" bigint) PARTITION BY HASH ("the Key"); ${partitions}`,
    /^column t\."?the Key"? is part of a partition key\n.*partitioned by HASH/,
  ],
  [
    'the type of a column that a partition is partitioned by',
    'CREATE TABLE t (a int, b int) PARTITION BY LIST (a); CREATE TABLE u PARTITION OF t FOR VALUES IN (1) PARTITION BY RANGE (b)',
    'CREATE TABLE t (a int, b bigint) PARTITION BY LIST (a); CREATE TABLE u PARTITION OF t FOR VALUES IN (1) PARTITION BY RANGE (b)',
    /^column t\.b is part of a partition key\n.*table u is partitioned by RANGE/,
  ],
  [
    'an inherited column that a child declares as well',
    `${parent} CREATE TABLE c (more int) INHERITS (p)`,
    `${parent} CREATE TABLE c (b text, more int) INHERITS (p)`,
    /^column c\.b would be declared in the child as well\n/,
  ],
  [
    'an inherited column that a child no longer declares',
    `${parent} CREATE TABLE c (b text, more int) INHERITS (p)`,
    `${parent} CREATE TABLE c (more int) INHERITS (p)`,
    /^column c\.b would be declared in the parent alone\n/,
  ],
  [
    'the type of a column that a child has from two parents',
    `${parent} CREATE TABLE q (a int); CREATE TABLE c () INHERITS (p, q)`,
    'CREATE TABLE p (a bigint, b text); CREATE TABLE q (a bigint); CREATE TABLE c () INHERITS (p, q)',
    /^column p\.a is merged with that of another parent in table c\n/,
  ],
  [
    'an extension in the schema of the server',
    'CREATE TABLE t (a int)',
    'CREATE TABLE t (a int); CREATE EXTENSION pg_trgm SCHEMA pg_catalog',
    /^extension pg_trgm would be put into schema pg_catalog\n/,
  ],
]

for (const [name, before, after, says] of refused)
  changeTest(`refused by its name: ${name}`, {
    before,
    after,
    answers: { yes: true },
    refused: { code: 'DIFFERENCE_REFUSED', says },
  })
