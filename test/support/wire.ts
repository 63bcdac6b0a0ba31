/** One message of PostgreSQL's protocol, whole. */
export interface WireMessage {
  /** `Q`, `P`, `Z`…; empty for the client's first, which has none. */
  type: string
  bytes: Buffer
}

/**
 * Cuts a stream of bytes into messages of the protocol.
 * @see https://www.postgresql.org/docs/current/protocol-overview.html
 */
export class MessageSplitter {
  private rest: Buffer = Buffer.alloc(0)

  /** @param greeting true on the client's side, whose first message has a length and no type */
  constructor(private greeting: boolean) {}

  push(bytes: Buffer): WireMessage[] {
    this.rest = Buffer.concat([this.rest, bytes])
    const messages: WireMessage[] = []
    for (;;) {
      const head = this.greeting ? 0 : 1
      if (this.rest.length < head + 4) return messages
      const end = head + this.rest.readInt32BE(head)
      if (this.rest.length < end) return messages
      const type = this.greeting ? '' : String.fromCharCode(this.rest[0]!)
      messages.push({ type, bytes: this.rest.subarray(0, end) })
      this.rest = this.rest.subarray(end)
      this.greeting = false
    }
  }
}
