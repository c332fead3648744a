/**
 * The sections of an SCP-ECG record that describe its leads, read from its bytes. Positions and
 * lengths are checked here, once, against the bytes that are there.
 */
import * as Result from "effect/Result"
import { FormatError } from "../formats/Waveform.ts"
import * as Clock from "./bytesClock.ts"

/** A failure to read an SCP-ECG record. */
export const refuse = (
  reason: FormatError["reason"],
  where: string,
  expected: string
): Result.Result<never, FormatError> =>
  Result.fail(new FormatError({ format: "scp-ecg", reason, where, expected }))

/** The data part of each section, by its number. */
export type Sections = ReadonlyMap<number, Uint8Array>

const recordHeader = 6
const sectionHeader = 16
const pointerBytes = 10

export const u16 = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8)

export const i16 = (bytes: Uint8Array, at: number): number => (u16(bytes, at) << 16) >> 16

export const u32 = (bytes: Uint8Array, at: number): number =>
  u16(bytes, at) + u16(bytes, at + 2) * 65_536

/** CRC-CCITT: the polynomial 0x1021, from 0xffff. */
export const crc = (bytes: Uint8Array): number => {
  let value = 0xffff
  for (let at = 0; at < bytes.length; at++) {
    value ^= bytes[at]! << 8
    for (let bit = 0; bit < 8; bit++) {
      value = value & 0x8000 ? ((value << 1) ^ 0x1021) & 0xffff : value << 1
    }
  }
  return value
}

/** Splits a record into its sections by the pointers of section 0. */
export const split = (bytes: Uint8Array, verify: boolean): Result.Result<Sections, FormatError> =>
  Result.gen(function* () {
    const least = recordHeader + sectionHeader
    if (bytes.length < least) return yield* refuse("truncated", "record", `at least ${least} bytes`)
    const length = u32(bytes, 2)
    if (length < least)
      return yield* refuse("malformed", "record length", `at least ${least} bytes`)
    if (length > bytes.length) {
      return yield* refuse("truncated", "record", "as many bytes as it declares")
    }
    const record = bytes.subarray(0, length)
    if (verify && crc(record.subarray(2)) !== u16(record, 0)) {
      return yield* refuse("checksum", "record", "bytes whose CRC is the one of the record")
    }
    const pointers = yield* section(record, 0, recordHeader, u32(record, recordHeader + 4))
    const sections = new Map<number, Uint8Array>()
    for (let at = 0; at + pointerBytes <= pointers.length; at += pointerBytes) {
      const id = u16(pointers, at)
      const sectionLength = u32(pointers, at + 2)
      if (id === 0 || sectionLength === 0) continue
      sections.set(id, yield* section(record, id, u32(pointers, at + 6) - 1, sectionLength))
    }
    return sections
  })

const section = (
  record: Uint8Array,
  id: number,
  at: number,
  length: number
): Result.Result<Uint8Array, FormatError> => {
  const where = `section ${id}`
  if (at < recordHeader || length < sectionHeader || at + length > record.length) {
    return refuse("malformed", `pointer to ${where}`, "a place within the record")
  }
  if (u16(record, at + 2) !== id) return refuse("malformed", where, "its own number")
  return Result.succeed(record.subarray(at + sectionHeader, at + length))
}

const acquisitionDate = 25
const acquisitionTime = 26
const lastTag = 255

/** When the ECG was taken, from section 1; nothing else is read of it. */
export const startedAt = (sections: Sections): string | undefined => {
  const bytes = sections.get(1) ?? new Uint8Array()
  let date: Uint8Array | undefined
  let time: Uint8Array | undefined
  for (let at = 0; at + 3 <= bytes.length && bytes[at] !== lastTag;) {
    const value = bytes.subarray(at + 3, at + 3 + u16(bytes, at + 1))
    if (bytes[at] === acquisitionDate && value.length === 4) date = value
    if (bytes[at] === acquisitionTime && value.length === 3) time = value
    at += 3 + u16(bytes, at + 1)
  }
  if (date === undefined || time === undefined) return undefined
  const [hour = 0, minute = 0, second = 0] = time
  return Clock.local(u16(date, 0), date[2] ?? 0, date[3] ?? 0, { hour, minute, second })
}

/** A lead of section 3: its code, and its first and last sample, which most devices count from 1. */
export interface Lead {
  readonly code: number
  readonly first: number
  readonly last: number
}

export interface Leads {
  readonly subtracted: boolean
  readonly leads: ReadonlyArray<Lead>
}

const leadBytes = 9

export const leads = (sections: Sections): Result.Result<Leads, FormatError> => {
  const bytes = sections.get(3)
  if (bytes === undefined) return refuse("malformed", "section 3", "the definitions of the leads")
  const count = bytes[0] ?? 0
  if (count === 0) return refuse("malformed", "section 3", "at least one lead")
  if (bytes.length < 2 + count * leadBytes) {
    return refuse("truncated", "section 3", "a definition for each lead")
  }
  const read: Array<Lead> = []
  for (let index = 0; index < count; index++) {
    const at = 2 + index * leadBytes
    const lead = { first: u32(bytes, at), last: u32(bytes, at + 4), code: bytes[at + 8]! }
    if (lead.last < lead.first) {
      return refuse("malformed", `section 3, lead ${index + 1}`, "a first and a last sample")
    }
    read.push(lead)
  }
  return Result.succeed({ subtracted: (bytes[1]! & 1) === 1, leads: read })
}

/** A beat of section 4 that the reference beat was subtracted from, in samples counted as in section 3. */
export interface Beat {
  readonly first: number
  readonly fiducial: number
  readonly last: number
}

export interface Beats {
  /** Of the reference beat, in ms. */
  readonly duration: number
  /** The sample of the reference beat that is laid on the fiducial of a beat, counted from 1. */
  readonly fiducial: number
  readonly beats: ReadonlyArray<Beat>
}

const beatBytes = 14

export const beats = (sections: Sections): Result.Result<Beats, FormatError> => {
  const bytes = sections.get(4)
  if (bytes === undefined || bytes.length < 6) {
    return refuse("malformed", "section 4", "the places of the beats that were subtracted")
  }
  const count = u16(bytes, 4)
  if (bytes.length < 6 + count * beatBytes) {
    return refuse("truncated", "section 4", "a place for each beat")
  }
  const read: Array<Beat> = []
  for (let at = 6; at < 6 + count * beatBytes; at += beatBytes) {
    const beat = {
      first: u32(bytes, at + 2),
      fiducial: u32(bytes, at + 6),
      last: u32(bytes, at + 10)
    }
    // Type 0 is the reference beat; other beats are in the data as they are.
    if (u16(bytes, at) === 0 && beat.last >= beat.first) read.push(beat)
  }
  return Result.succeed({ duration: u16(bytes, 0), fiducial: u16(bytes, 2), beats: read })
}

/** The data of section 5 or 6: one run of bytes a lead. */
export interface Data {
  readonly where: string
  /** Of one digital unit, in nV. */
  readonly unit: number
  /** Between samples, in us. */
  readonly interval: number
  /** How often differences were taken. */
  readonly order: number
  readonly bimodal: boolean
  readonly runs: ReadonlyArray<Uint8Array>
}

export const data = (
  sections: Sections,
  id: 5 | 6,
  count: number
): Result.Result<Data, FormatError> => {
  const bytes = sections.get(id)
  const where = `section ${id}`
  if (bytes === undefined) {
    return refuse("unsupported", where, id === 5 ? "a reference beat" : "rhythm data")
  }
  if (bytes.length < 6 + 2 * count) return refuse("truncated", where, "a length for each lead")
  const [unit, interval, order] = [u16(bytes, 0), u16(bytes, 2), bytes[4]!]
  if (unit === 0 || interval === 0) {
    return refuse("malformed", where, "an amplitude and a time between samples above 0")
  }
  if (order > 2) return refuse("malformed", where, "differences of order 0, 1 or 2")
  const runs: Array<Uint8Array> = []
  let at = 6 + 2 * count
  for (let index = 0; index < count; index++) {
    const length = u16(bytes, 6 + 2 * index)
    if (at + length > bytes.length) return refuse("truncated", where, "the data of each lead")
    runs.push(bytes.subarray(at, at + length))
    at += length
  }
  const bimodal = id === 6 && bytes[5] !== 0
  return Result.succeed({ where, unit, interval, order, bimodal, runs })
}
