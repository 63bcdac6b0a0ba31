import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitStatements } from '../../src/backends/sql/split-statements'
import { fc } from '../support/property'

const mysql = (text: string) => splitStatements(text, 'mysql').map((one) => one.text)
const sqlite = (text: string) => splitStatements(text, 'sqlite').map((one) => one.text)

test('a semicolon in a string, a name or a comment ends nothing', () => {
  const text = `-- a; b
INSERT INTO t VALUES ('a;''b', "c;d", \`e;f\`); /* g; h */ SELECT 1;`
  for (const split of [mysql, sqlite])
    assert.deepEqual(split(text), [`INSERT INTO t VALUES ('a;''b', "c;d", \`e;f\`)`, 'SELECT 1'])
})

test("MySQL's backslashes, # comments and executable comments are read as MySQL reads them", () => {
  assert.deepEqual(mysql("SELECT 'it\\'s; '; # don't; stop\nSELECT 2"), [
    "SELECT 'it\\'s; '",
    'SELECT 2',
  ])
  assert.deepEqual(mysql('/*!40101 SET NAMES utf8 */; SELECT 1--2;'), [
    '/*!40101 SET NAMES utf8 */',
    'SELECT 1--2',
  ])
})

test('DELIMITER lines hold the bodies of procedures together', () => {
  const text = `DELIMITER //
CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//
DELIMITER ;
CALL p();`
  assert.deepEqual(mysql(text), ['CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END', 'CALL p()'])
})

test('a trigger of SQLite ends behind its END', () => {
  const trigger = `CREATE TRIGGER t AFTER INSERT ON a BEGIN
  UPDATE b SET n = CASE WHEN n > 1 THEN 1 ELSE 2 END; DELETE FROM c; END`
  assert.deepEqual(sqlite(`${trigger}; SELECT [a;b];`), [trigger, 'SELECT [a;b]'])
})

test('offsets are where the statements are, and nothing but white space and comments is left out', () => {
  const text = fc.array(
    fc.constantFrom('a', ' ', ';', "'", '"', '\n', '-- x\n', '/* y */', 'END', '#'),
  )
  fc.assert(
    fc.property(text, fc.constantFrom('mysql' as const, 'sqlite' as const), (parts, dialect) => {
      const whole = parts.join('')
      for (const { text: found, offset } of splitStatements(whole, dialect)) {
        assert.equal(whole.slice(offset, offset + found.length), found)
        assert.notEqual(found.trim(), '')
      }
    }),
  )
})
