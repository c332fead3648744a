/**
 * The side of a thread that reads one file: it asks for bytes, and tells batch after batch of rows.
 */
import { once } from "node:events"
import { parentPort, workerData } from "node:worker_threads"
import type * as FileRows from "./fileRows.ts"

/** What a thread is started with: the size of the file, and the names of its sensor and columns. */
export interface Task {
  readonly size: number
  readonly names: ReadonlyArray<string>
}

/** What a thread tells. `Asks` is answered with the bytes; of the file, `share` has been read. */
export type Told =
  | { readonly _tag: "Asks"; readonly from: number; readonly to: number }
  | { readonly _tag: "Lacks"; readonly missing: ReadonlyArray<string> }
  | { readonly _tag: "Read"; readonly rows: FileRows.Rows; readonly share: number }
  | { readonly _tag: "Refuses"; readonly because: "format" | "parts" }
  | { readonly _tag: "Ends" }

/** What of a file may be held at once, packed or unpacked. */
export const mostAtOnce = 268_435_456

/** What is asked for at a time. */
const piece = 1_048_576

/** A part of the file is larger than may be held. */
export class TooLarge extends Error {}

/** The file, as far as it is asked for. */
export interface File {
  readonly byteLength: number
  readonly slice: (from: number, to?: number) => Promise<ArrayBuffer>
}

const port = parentPort

/** Tells what was read or found. */
export const tell = (told: Told): void => port?.postMessage(told)

/** One question at a time: answers have no names. */
let turn: Promise<unknown> = Promise.resolve()

const ask = (from: number, to: number): Promise<Uint8Array> => {
  const answer = turn.then(async () => {
    tell({ _tag: "Asks", from, to })
    const [bytes] = port === null ? [] : await once(port, "message")
    return bytes
  })
  turn = answer
  return answer
}

const fileOf = (byteLength: number): File => ({
  byteLength,
  slice: async (from, to = byteLength) => {
    const end = Math.min(to, byteLength)
    if (end - from > mostAtOnce) throw new TooLarge()
    const whole = new Uint8Array(Math.max(0, end - from))
    for (let at = from; at < end; at += piece) {
      whole.set(await ask(at, Math.min(at + piece, end)), at - from)
    }
    return whole.buffer
  }
})

/** Reads the file of this thread; whatever a library throws is the file's fault. */
export const run = async (
  read: (file: File, names: ReadonlyArray<string>) => Promise<Told>
): Promise<void> => {
  const { size, names }: Task = workerData
  const refused = (thrown: unknown): Told => ({
    _tag: "Refuses",
    because: thrown instanceof TooLarge ? "parts" : "format"
  })
  tell(await read(fileOf(size), names).catch(refused))
}
