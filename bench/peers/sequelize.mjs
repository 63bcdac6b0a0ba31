import { readFileSync } from 'node:fs'
import { Sequelize } from 'sequelize'
import { SequelizeStorage, Umzug } from 'umzug'

const [folder, url] = process.argv.slice(2)
const { username, pathname, searchParams } = new URL(url.replace('@/', '@localhost/'))
const sequelize = new Sequelize(pathname.slice(1), username, '', {
  dialect: 'postgres',
  host: searchParams.get('host'),
  port: Number(searchParams.get('port')),
  logging: false,
})
const umzug = new Umzug({
  context: sequelize,
  logger: undefined,
  migrations: {
    glob: `${folder}/*.sql`,
    resolve: ({ name, path, context }) => ({
      name,
      up: () => context.query(readFileSync(path, 'utf8')),
    }),
  },
  storage: new SequelizeStorage({ sequelize }),
})
await umzug.up()
await sequelize.close()
