import { spawn } from 'node:child_process'

/** Stops the server at once, waits for its end, and removes the folders; after a proper end there is nothing to do. */
const clear = `
read -r _
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
fi
shift
rm -rf "$@"
`

/**
 * Removes folders when this process ends, however that happens: a separate process, which a terminal's Ctrl-C
 * does not reach, reads from a pipe until no process can write to it any more.
 * @param data the data folder of a server that is stopped before
 */
export function guard(folders: readonly string[], data = ''): void {
  const child = spawn('sh', ['-c', clear, 'guard', data, ...folders], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  // a pipe is a socket here
  ;(child.stdin as unknown as { unref(): void }).unref()
}
