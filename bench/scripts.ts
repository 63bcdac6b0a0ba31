/** One script of a history, in nobody's format yet. */
export interface BenchScript {
  /** 1-based. */
  number: number
  /** Digits of one width, so that every peer sorts them alike. */
  stamp: string
  name: string
  sql: string
}

/** `count` scripts of one CREATE TABLE and one CREATE INDEX each. */
export function tableScripts(count: number): BenchScript[] {
  return scripts(
    count,
    (
      n,
    ) => `CREATE TABLE t${n} (id bigserial PRIMARY KEY, name text NOT NULL, at timestamptz DEFAULT now());
CREATE INDEX t${n}_name ON t${n} (name);
`,
  )
}

/** `count` scripts of one statement each; all but the first add a row to the table that it makes. */
export function statementScripts(count: number): BenchScript[] {
  return scripts(count, (n) =>
    n === 1 ? 'CREATE TABLE t (n int)' : `INSERT INTO t (n) VALUES (${n})`,
  )
}

function scripts(count: number, sql: (n: number) => string): BenchScript[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1
    return {
      number,
      stamp: String(1_700_000_000_000 + number),
      name: `script_${number}`,
      sql: sql(number),
    }
  })
}
