import { spawn } from 'node:child_process'

/** Ends a server as a crash would, waits for it, and removes what it had; nothing is left to do after a proper end. */
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
 * Sees to it that a cluster does not outlive this process, however that ends: a process of its own, which a
 * terminal's Ctrl-C does not reach, reads from a pipe until nobody can write to it any more.
 * @param data the data folder of the server
 * @param folders what is removed in the end
 */
export function guard(data: string, folders: readonly string[]): void {
  const child = spawn('sh', ['-c', clear, 'guard', data, ...folders], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  // a pipe is a socket here
  ;(child.stdin as unknown as { unref(): void }).unref()
}
