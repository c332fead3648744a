/** The time-stamped annotation lists (TALs) of EDF+, which also say when each data record begins. */
import * as Result from "effect/Result"
import { refuse } from "./edfHeader.ts"
import * as Text from "./wfdbText.ts"
import type { FormatError } from "../formats/Waveform.ts"
import type { Header, Signal } from "./edfHeader.ts"

/** A text at a time, in s after the start that the header declares. */
export interface Annotation {
  readonly onset: number
  readonly duration?: number
  readonly text: string
}

export interface Annotations {
  /** When each data record begins, in s; empty where the file does not say. */
  readonly onsets: ReadonlyArray<number>
  readonly annotations: ReadonlyArray<Annotation>
}

const afterTime = 0x14
const beforeDuration = 0x15

interface List {
  readonly onset: number
  readonly duration: number | undefined
  readonly texts: ReadonlyArray<string>
}

export const read = (
  bytes: Uint8Array,
  header: Header
): Result.Result<Annotations, FormatError> => {
  const onsets: Array<number> = []
  const annotations: Array<Annotation> = []
  const signals = header.signals.filter((signal) => signal.holdsAnnotations)
  for (let record = 0; record < header.records; record++) {
    const where = `data record ${record + 1}, annotations`
    for (const [index, signal] of signals.entries()) {
      const lists = readLists(annotationBytes(bytes, header, record, signal), where)
      if (Result.isFailure(lists)) return Result.fail(lists.failure)
      if (index === 0) {
        const first = lists.success[0]
        if (first !== undefined) onsets.push(first.onset)
        else if (header.kind === "interrupted") {
          return refuse("malformed", where, "the time at which the data record begins")
        }
      }
      for (const list of lists.success) annotations.push(...annotationsOf(list))
    }
  }
  return Result.succeed({ onsets, annotations })
}

const annotationBytes = (
  bytes: Uint8Array,
  header: Header,
  record: number,
  { offset, samplesPerRecord }: Signal
): Uint8Array => {
  const at = header.headerBytes + record * header.recordBytes + offset
  return bytes.subarray(at, at + 2 * samplesPerRecord)
}

// An empty text only keeps the time.
const annotationsOf = ({ onset, duration, texts }: List): ReadonlyArray<Annotation> =>
  texts
    .filter((text) => text !== "")
    .map((text) => (duration === undefined ? { onset, text } : { onset, duration, text }))

const readLists = (
  bytes: Uint8Array,
  where: string
): Result.Result<ReadonlyArray<List>, FormatError> => {
  const lists: Array<List> = []
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] === 0) {
      at += 1
      continue
    }
    const end = bytes.indexOf(0, at)
    const list = end === -1 ? undefined : readList(bytes.subarray(at, end))
    if (list === undefined) {
      return refuse("malformed", where, "lists of an onset, a duration and texts")
    }
    lists.push(list)
    at = end + 1
  }
  return Result.succeed(lists)
}

const readList = (bytes: Uint8Array): List | undefined => {
  const parts: Array<Uint8Array> = []
  let at = 0
  for (let end = bytes.indexOf(afterTime); end !== -1; end = bytes.indexOf(afterTime, at)) {
    parts.push(bytes.subarray(at, end))
    at = end + 1
  }
  const [time, ...texts] = parts
  if (time === undefined || at !== bytes.length) return undefined
  const split = time.indexOf(beforeDuration)
  const onset = seconds(split === -1 ? time : time.subarray(0, split), /^[-+]\d+(?:\.\d*)?$/)
  const duration = split === -1 ? undefined : seconds(time.subarray(split + 1), /^\d+(?:\.\d*)?$/)
  if (onset === undefined || (split !== -1 && duration === undefined)) return undefined
  return { onset, duration, texts: texts.map((text) => Text.decode(text)) }
}

// Longer ones say nothing that a number can hold.
const longest = 40

const seconds = (bytes: Uint8Array, pattern: RegExp): number | undefined => {
  const text = bytes.length > longest ? "" : Text.decode(bytes)
  return pattern.test(text) ? Number(text) : undefined
}
