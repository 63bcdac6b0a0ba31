import { join } from 'node:path'
import { repository, typetrek, type Contestant } from './contestants'
import { contest, type Contest } from './contest'
import { tableScripts } from './scripts'
import type { Stage } from './stage'

/** How long until the last of 50 replicas is done, as times of one alone. */
export async function bootTogether({ server, rounds, scale }: Stage): Promise<Contest> {
  const count = Math.round(1000 * scale)
  const title = `replicas that boot at once, ${count} scripts pending`
  const options = { title, server, rounds, scripts: tableScripts(count) }
  return contest(options, [replicas(1), replicas(10), replicas(50)])
}

function replicas(count: number): Contestant {
  const child = join(repository, 'bench', 'peers', 'boot.cjs')
  return {
    ...typetrek(count === 1 ? 'one alone' : `${count} at once`),
    command: (folder, url) => [
      process.execPath,
      child,
      String(count),
      url,
      join(folder, 'bench.ini'),
    ],
  }
}
