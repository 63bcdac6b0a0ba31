import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { pgDump } from '@electric-sql/pglite-tools/pg_dump'

/** What `pg-dump.ts` hands to this thread. */
export interface DumpWork {
  /** Where bytes for the server go, and where its answers come from. */
  wire: MessagePort
  /** One Int32: 1 once an answer lies in `wire`. */
  answered: SharedArrayBuffer
  args: string[]
}

type Server = Parameters<typeof pgDump>[0]['pg']

const { wire, answered, args } = workerData as DumpWork
const flag = new Int32Array(answered)

/** pg_dump's code is synchronous: this thread sleeps until the main thread has the server's answer. */
function exchange(bytes: Uint8Array): Uint8Array {
  Atomics.store(flag, 0, 0)
  wire.postMessage(Uint8Array.from(bytes))
  // the notice of the answer before may wake us once more
  while (Atomics.load(flag, 0) === 0) Atomics.wait(flag, 0, 0)
  return (receiveMessageOnPort(wire) as { message: Uint8Array }).message
}

const server = {
  execProtocolRawStream(bytes: Uint8Array, options: { onRawData(data: Uint8Array): void }): void {
    options.onRawData(exchange(bytes))
  },
  // What pgDump does before and after with a PGlite of its own: the connection here is thrown away.
  query: async () => ({ rows: [{ search_path: 'public' }] }),
  exec: async () => [],
}

async function dump(): Promise<void> {
  const file = await pgDump({ pg: server as unknown as Server, args })
  parentPort?.postMessage(await file.text())
}

void dump()
