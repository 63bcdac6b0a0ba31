/** A class of an application: its decorators, what it extends, and the decorator of each property. */
export interface EntityText {
  is: string
  extends?: string
  has: Record<string, string>
}

/** An application as data, so that a change of it is a small edit. */
export interface Application {
  /** A class of `strategies`. */
  naming: keyof typeof strategies
  entities: Record<string, EntityText>
}

const strategies = {
  DefaultNamingStrategy: '',
  SnakeNaming: `
const snake = (...words: string[]) => words.join('_').replaceAll('.', '_').replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase()
class SnakeNaming extends DefaultNamingStrategy {
  tableName(name: string, given?: string) { return given ?? snake(name) }
  columnName(name: string, given: string | undefined, prefixes: string[]) { return snake(...prefixes, given ?? name) }
  relationName(name: string) { return snake(name) }
  joinColumnName(relation: string, column: string) { return snake(relation, column) }
  joinTableName(first: string, second: string, property: string) { return snake(first, property, second) }
  joinTableColumnName(table: string, property: string, column?: string) { return snake(table, column ?? property) }
}
`,
}

/** The module of an application, which exports its DataSource. */
export function moduleOf({ naming, entities }: Application, url: string): string {
  const classes = Object.entries(entities).map(([name, one]) => classOf(name, one))
  const used = new Set(classes.join('\n').match(/(?<=@)[A-Z]\w+/g))
  const names = ['DataSource', 'DefaultNamingStrategy', ...used]
  const concrete = Object.keys(entities).filter((name) => entities[name]!.is !== '')
  return `import { ${names.join(', ')} } from ${JSON.stringify(require.resolve('typeorm'))}
${strategies[naming]}
${classes.join('\n')}
export default new DataSource({
  type: 'postgres',
  url: ${JSON.stringify(url)},
  namingStrategy: new ${naming}(),
  entities: [${concrete.join(', ')}],
})
`
}

function classOf(name: string, { is, extends: parent, has }: EntityText): string {
  const properties = Object.entries(has).map(([property, what]) => `  ${what} ${property}!: any\n`)
  const above = parent === undefined ? '' : ` extends ${parent}`
  return `${is}\nexport class ${name}${above} {\n${properties.join('')}}\n`
}
