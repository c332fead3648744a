/**
 * The MIT annotation format, as annot(5) of the WFDB Applications Guide describes it: 16-bit words,
 * six bits of code above ten bits of the time since the annotation before, with further words for
 * what an annotation says beside that.
 */
import * as Result from "effect/Result"
import * as Header from "./wfdbHeader.ts"
import * as Text from "./wfdbText.ts"
import type { FormatError } from "../formats/Waveform.ts"

/** What is written of an annotation. */
export interface Entry {
  readonly sample: number
  readonly code: number
  readonly subtype: number
  readonly channel: number
  readonly number: number
  readonly note: string
}

/** The codes that are not of an annotation: they skip time, or add to the annotation before. */
const skip = 59
const num = 60
const sub = 61
const chn = 62
const aux = 63

const signed8 = (word: number): number => (word << 24) >> 24

/** Reads annotations in the order of the file. */
export const decode = (bytes: Uint8Array): Result.Result<ReadonlyArray<Entry>, FormatError> => {
  const entries: Array<{ -readonly [K in keyof Entry]: Entry[K] }> = []
  const word = (at: number) => bytes[at]! | (bytes[at + 1]! << 8)
  const truncated = (at: number, expected: string) =>
    Header.refuse("truncated", `annotations byte ${at}`, expected)
  let sample = 0
  let at = 0
  for (;;) {
    if (at + 2 > bytes.length) return truncated(at, "an annotation, or the end mark")
    const start = at
    const code = word(at) >> 10
    const data = word(at) & 0x3ff
    at += 2
    const entry = entries.at(-1)
    if (code === 0 && data === 0) return Result.succeed(entries)
    if (code === skip) {
      if (at + 4 > bytes.length) return truncated(at, "four bytes of an interval")
      sample += (word(at) << 16) | word(at + 2)
      at += 4
    } else if (code < skip) {
      sample += data
      // Number and channel stay as they are until they are changed; the rest is for one annotation.
      const { channel = 0, number = 0 } = entry ?? {}
      entries.push({ sample, code, subtype: 0, channel, number, note: "" })
    } else if (entry === undefined) {
      const expected = "an annotation before what adds to it"
      return Header.refuse("malformed", `annotations byte ${start}`, expected)
    } else if (code === num) entry.number = signed8(data)
    else if (code === sub) entry.subtype = signed8(data)
    else if (code === chn) entry.channel = data & 0xff
    else {
      const length = data & 0xff
      if (at + length > bytes.length) return truncated(at, "the note that is announced")
      entry.note = Text.decode(bytes.subarray(at, at + length)).replace(/\0+$/, "")
      at += length + (length % 2)
    }
  }
}

const within = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most

// An end mark is a code of 0, and a note has one byte for its length.
const problem = (entry: Entry, note: Uint8Array): string | undefined => {
  if (!within(entry.sample, -0x7fff_ffff, 0x7fff_ffff)) return "a sample number of 32 bits"
  if (!within(entry.code, 1, skip - 1)) return "a code of 1 to 58"
  if (!within(entry.subtype, -128, 127)) return "a subtype of -128 to 127"
  if (!within(entry.channel, 0, 255)) return "a channel of 0 to 255"
  if (!within(entry.number, -128, 127)) return "a number of -128 to 127"
  return note.length > 255 || entry.note.includes("\0")
    ? "a note of at most 255 bytes without NUL"
    : undefined
}

/** Writes annotations in the order given. */
export const encode = (
  entries: ReadonlyArray<Entry>,
  terminator: "" | "\0"
): Result.Result<Uint8Array, FormatError> => {
  const bytes: Array<number> = []
  const word = (code: number, data: number) => {
    bytes.push(data & 0xff, (code << 2) | ((data >> 8) & 3))
  }
  let before = { sample: 0, channel: 0, number: 0 }
  for (const [index, entry] of entries.entries()) {
    const note = Text.encode(entry.note === "" ? "" : entry.note + terminator)
    const expected = problem(entry, note)
    if (expected !== undefined) return Header.refuse("malformed", `annotation ${index}`, expected)
    let interval = entry.sample - before.sample
    while (interval < 0 || interval > 0x3ff) {
      const step = Math.max(-0x8000_0000, Math.min(0x7fff_ffff, interval))
      word(skip, 0)
      bytes.push((step >> 16) & 0xff, (step >> 24) & 0xff, step & 0xff, (step >> 8) & 0xff)
      interval -= step
    }
    word(entry.code, interval)
    if (entry.subtype !== 0) word(sub, entry.subtype)
    if (entry.channel !== before.channel) word(chn, entry.channel)
    if (entry.number !== before.number) word(num, entry.number)
    if (note.length > 0) word(aux, note.length)
    for (const byte of note) bytes.push(byte)
    if (note.length % 2 === 1) bytes.push(0)
    before = entry
  }
  word(0, 0)
  return Result.succeed(Uint8Array.from(bytes))
}
