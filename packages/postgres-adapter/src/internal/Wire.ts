/**
 * The Postgres wire protocol between the driver and a PGlite in the same process.
 *
 * PGlite is one backend with one transaction state, so only one session may speak to it: a new
 * session cuts off the one before, and whatever transaction that one left open is rolled back
 * before the new one's first statement.
 */
import type { PGlite } from "@electric-sql/pglite"
import { Duplex } from "node:stream"

const terminate = "X".charCodeAt(0)

/** The code that stands in the place of the protocol version when a statement is to be cancelled. */
const cancelRequest = 80877102

const statement = (sql: string): Buffer => {
  const message = Buffer.alloc(1 + 4 + Buffer.byteLength(sql) + 1)
  message.write("Q")
  message.writeInt32BE(message.length - 1, 1)
  message.write(sql, 5)
  return message
}

const resets = [statement("rollback"), statement("discard all")]

/** Runs whole messages and resolves with the answer, computed on this thread before it returns. */
const exchange = async (database: PGlite, messages: Buffer): Promise<ReadonlyArray<Buffer>> => {
  const answer: Array<Buffer> = []
  // Not `execProtocolRaw`, which parses every answer a second time and keeps it for ever. The bytes
  // lie in PGlite's memory and are gone after the call, hence the copy.
  await database.execProtocolRawStream(messages, {
    syncToFs: false,
    onRawData: (bytes) => answer.push(Buffer.from(bytes))
  })
  return answer
}

class Wire extends Duplex {
  readonly #database: PGlite
  readonly #takeOver: (wire: Wire) => void
  #received: Buffer = Buffer.alloc(0)
  #started = false

  constructor(database: PGlite, takeOver: (wire: Wire) => void) {
    super()
    this.#database = database
    this.#takeOver = takeOver
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const messages = this.#wholeMessages()
    if (messages.length === 0 || messages[0] === terminate) return done()
    const answer = this.#started ? exchange(this.#database, messages) : this.#start(messages)
    // Through the event loop, as a socket would: a long series of statements must leave timers and
    // requests their turn.
    answer.then((bytes) => setImmediate(() => this.#deliver(bytes, done)), done)
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }

  #deliver(answer: ReadonlyArray<Buffer>, done: () => void): void {
    for (const bytes of answer) this.push(bytes)
    done()
  }

  /** Removes and returns every whole message received; the very first one has no type byte. */
  #wholeMessages(): Buffer {
    const type = this.#started ? 1 : 0
    let end = 0
    while (this.#received.length >= end + type + 4) {
      const next = end + type + this.#received.readInt32BE(end + type)
      if (next > this.#received.length) break
      end = next
      if (!this.#started) break
    }
    const messages = this.#received.subarray(0, end)
    this.#received = this.#received.subarray(end)
    return messages
  }

  async #start(message: Buffer): Promise<ReadonlyArray<Buffer>> {
    // A statement has always finished by the time anybody could ask to cancel it.
    if (message.readInt32BE(4) === cancelRequest) return []
    this.#started = true
    this.#takeOver(this)
    for (const reset of resets) await exchange(this.#database, reset)
    return exchange(this.#database, message)
  }
}

/**
 * Opens sessions on a database: give it to the driver as its `stream`.
 *
 * @since 0.1.0
 */
export const sessions = (database: PGlite): (() => Duplex) => {
  let current: Wire | undefined
  return () =>
    new Wire(database, (wire) => {
      current?.destroy()
      current = wire
    })
}
