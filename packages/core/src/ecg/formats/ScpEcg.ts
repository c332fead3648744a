/**
 * Recordings in SCP-ECG (EN 1064, ISO 11073-91064), the format of many resting electrocardiographs,
 * read.
 *
 * The guarantee that bites: a record whose CRC is wrong is refused, and no sample is made that no bit
 * of the file pays for. Nothing of the section about the patient is read but the date.
 */
import * as Result from "effect/Result"
import * as Huffman from "../internal/scpHuffman.ts"
import * as Sections from "../internal/scpSections.ts"
import { missing } from "../Signal.ts"
import type { Channel, FormatError, Waveform } from "./Waveform.ts"

/**
 * Reads the rhythm data of an SCP-ECG record.
 *
 * Units: channels in mV, in digital units of the finest amplitude that the record uses. Shape: the
 * leads that were recorded, in the order of the file; an electrocardiograph that stores I, II and V1 to
 * V6 leaves III and the augmented leads to be computed. Leads that were not recorded at the same time
 * are laid on one time axis, missing where they were not recorded. `startedAt` is left out where the
 * record has no real date.
 *
 * Fails with: `FormatError`: `checksum` for a wrong CRC of the record (`{ checksum: false }` reads it
 * all the same), `truncated`, `malformed`, and `unsupported` for a record without rhythm data, for
 * bimodal compression (QRS complexes at the full rate and the rest decimated), for a reference beat at
 * another rate than the rhythm data, and for leads so far apart that the time axis has more samples
 * than `limit`: by default 16 a byte, and at least 4 million.
 *
 * Method: EN 1064:2005. Sections 0 to 6: pointers, Huffman tables (the default one, and tables of the
 * record with switches between them; each lead begins with the first), differences of order 0, 1 and
 * 2, and the subtracted reference beat, which is added back at each beat of its type. Sums of
 * differences are of 16 bits and wrap around. The CRCs of single sections, which many devices leave
 * empty, are not looked at.
 *
 * @example
 * ```ts
 * import * as ScpEcg from "@bedside/core/ScpEcg"
 * import * as Result from "effect/Result"
 *
 * const u16 = (...values: Array<number>) => values.flatMap((value) => [value & 255, value >> 8])
 * const section = (id: number, data: Array<number>) => [...u16(0, id, 16 + data.length, 0, 0, 0, 0, 0), ...data]
 * const pointers = u16(0, 46, 0, 7, 0, 3, 27, 0, 53, 0, 6, 30, 0, 80, 0)
 * const leads = [1, 12, ...u16(1, 0, 3, 0), 2] // samples 1 to 3 of lead 2
 * const rhythm = [...u16(5000, 2000), 0, 0, ...u16(6, 0, 200, 65336)] // 5000 nV, 2000 us, 6 bytes
 * const record = [...u16(0, 109, 0), ...section(0, pointers), ...section(3, leads), ...section(6, rhythm)]
 *
 * const { channels } = Result.getOrThrow(ScpEcg.decode(Uint8Array.from(record), { checksum: false }))
 * channels // => [{ name: "II", unit: "mV", samplingRate: 500, gain: 200, baseline: 0, samples: Int32Array.of(0, 200, -200) }]
 * ```
 * @since 0.2.0
 */
export const decode = (
  bytes: Uint8Array,
  options: { readonly checksum?: boolean | undefined; readonly limit?: number | undefined } = {}
): Result.Result<Waveform, FormatError> =>
  Result.gen(function* () {
    const sections = yield* Sections.split(bytes, options.checksum ?? true)
    const { leads, subtracted } = yield* Sections.leads(sections)
    const rhythm = yield* Sections.data(sections, 6, leads.length)
    if (rhythm.bimodal) {
      return yield* Sections.refuse("unsupported", "section 6", "no bimodal compression")
    }
    const limit = options.limit ?? Math.max(4_194_304, 16 * bytes.length)
    const axis = yield* timeAxis(leads, limit)
    const tables = yield* Huffman.tables(sections)
    const reference = subtracted ? yield* readReference(sections, leads, rhythm, tables) : undefined
    const unit = divisor(rhythm.unit, reference?.unit ?? rhythm.unit)
    const channels: Array<Channel> = []
    for (const [index, lead] of leads.entries()) {
      const samples = yield* readLead(lead, index, rhythm, tables, reference, unit)
      channels.push({
        name: nameOf(lead.code),
        unit: "mV",
        samplingRate: 1e6 / rhythm.interval,
        gain: 1e6 / unit,
        baseline: 0,
        samples: onAxis(samples, lead, axis)
      })
    }
    const startedAt = Sections.startedAt(sections)
    return { channels, ...(startedAt === undefined ? {} : { startedAt }) }
  })

/** The first and the last sample of any lead. */
interface Axis {
  readonly first: number
  readonly last: number
}

const timeAxis = (
  leads: ReadonlyArray<Sections.Lead>,
  limit: number
): Result.Result<Axis, FormatError> => {
  const first = Math.min(...leads.map((lead) => lead.first))
  const last = Math.max(...leads.map((lead) => lead.last))
  return (last - first + 1) * leads.length <= limit
    ? Result.succeed({ first, last })
    : Sections.refuse("unsupported", "section 3", `leads of at most ${limit} samples together`)
}

const onAxis = (samples: Float64Array, lead: Sections.Lead, axis: Axis): Int32Array => {
  const placed = new Int32Array(axis.last - axis.first + 1).fill(missing)
  placed.set(samples, lead.first - axis.first)
  return placed
}

const readLead = (
  lead: Sections.Lead,
  index: number,
  rhythm: Sections.Data,
  tables: ReadonlyArray<Huffman.Table>,
  reference: Reference | undefined,
  unit: number
): Result.Result<Float64Array, FormatError> => {
  const where = `${rhythm.where}, lead ${index + 1}`
  const run = rhythm.runs[index] ?? new Uint8Array()
  const count = lead.last - lead.first + 1
  const scale = rhythm.unit / unit
  return Result.flatMap(Huffman.samples(run, count, tables, rhythm.order, where), (read) => {
    const samples = Float64Array.from(read, (sample) => sample * scale)
    if (reference !== undefined) addBeats(samples, lead, index, reference, unit)
    return samples.some((sample) => Math.abs(sample) >= -missing)
      ? Sections.refuse("malformed", where, "samples of at most 32 bits")
      : Result.succeed(samples)
  })
}

interface Reference extends Sections.Beats {
  readonly unit: number
  readonly leads: ReadonlyArray<Int16Array>
}

const readReference = (
  sections: Sections.Sections,
  leads: ReadonlyArray<Sections.Lead>,
  rhythm: Sections.Data,
  tables: ReadonlyArray<Huffman.Table>
): Result.Result<Reference, FormatError> =>
  Result.gen(function* () {
    const beats = yield* Sections.beats(sections)
    const { where, unit, interval, order, runs } = yield* Sections.data(sections, 5, leads.length)
    if (interval !== rhythm.interval) {
      return yield* Sections.refuse("unsupported", where, "the rate of the rhythm data")
    }
    // Beats lie side by side; without this, adding them up could take the square of the file's size.
    const together = beats.beats.reduce((sum, { first, last }) => sum + (last - first + 1), 0)
    const longest = Math.max(...leads.map(({ first, last }) => last - first + 1))
    if (together > 2 * longest) {
      return yield* Sections.refuse("malformed", "section 4", "beats that do not overlap")
    }
    const count = Math.floor((beats.duration * 1000) / interval)
    const read: Array<Int16Array> = []
    for (const [index, run] of runs.entries()) {
      read.push(yield* Huffman.samples(run, count, tables, order, `${where}, lead ${index + 1}`))
    }
    return { ...beats, unit, leads: read }
  })

const addBeats = (
  samples: Float64Array,
  lead: Sections.Lead,
  index: number,
  reference: Reference,
  unit: number
): void => {
  const beat = reference.leads[index] ?? new Int16Array()
  const scale = reference.unit / unit
  for (const { first, fiducial, last } of reference.beats) {
    const to = Math.min(last, lead.last)
    for (let at = Math.max(first, lead.first); at <= to; at++) {
      samples[at - lead.first]! += (beat[reference.fiducial - 1 + at - fiducial] ?? 0) * scale
    }
  }
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))

// prettier-ignore
const names: { readonly [code: number]: string } = Object.fromEntries([
  "I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V2R", "V3R", "V4R", "V5R", "V6R", "V7R",
  "X", "Y", "Z", "CC5", "CM5"
].map((name, index) => [index + 1, name]).concat(
  ["III", "aVR", "aVL", "aVF", "-aVR", "V8", "V9", "V8R", "V9R"].map((name, index) => [index + 61, name])
))

const nameOf = (code: number): string => names[code] ?? `lead ${code}`
