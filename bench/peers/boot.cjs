// So many replicas that boot at once: each with a connection of its own, all of them in one process,
// since on one machine fifty processes would measure nothing but Node's own start.
const { setUpMigration } = require('../../dist/src/index.js')

const [count, url, ini] = process.argv.slice(2)
const replicas = Array.from({ length: Number(count) }, () =>
  setUpMigration(url, ini, { runScripts: true, whenSetUp: 'upgrade' }),
)
Promise.all(replicas).catch((error) => {
  console.error(error)
  process.exitCode = 1
})
