/*
 * PostgreSQL's own operators for SQL that typetrek writes. A bare `=` is looked up through the
 * search_path, where another role may have put an operator that fits its arguments better and runs code
 * of that role's. See docs/decisions/0013.
 *
 * They all have one precedence: above AND, OR, NOT and IS, below AT TIME ZONE, COLLATE and `::`. Use
 * brackets where there is more than one between two of those.
 */

export const eq = 'OPERATOR(pg_catalog.=)'
export const ne = 'OPERATOR(pg_catalog.<>)'
export const lt = 'OPERATOR(pg_catalog.<)'
export const le = 'OPERATOR(pg_catalog.<=)'
export const gt = 'OPERATOR(pg_catalog.>)'
export const ge = 'OPERATOR(pg_catalog.>=)'
export const plus = 'OPERATOR(pg_catalog.+)'
export const minus = 'OPERATOR(pg_catalog.-)'
export const times = 'OPERATOR(pg_catalog.*)'
export const divided = 'OPERATOR(pg_catalog./)'
/** Matches a regular expression. */
export const matches = 'OPERATOR(pg_catalog.~)'
export const notMatches = 'OPERATOR(pg_catalog.!~)'
/** A field of JSON. */
export const field = 'OPERATOR(pg_catalog.->)'
export const contains = 'OPERATOR(pg_catalog.@>)'
export const overlaps = 'OPERATOR(pg_catalog.&&)'
