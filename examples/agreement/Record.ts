/**
 * The records of a folder: their names, and one of them read with its annotations.
 */
import * as Waveform from "@bedside/core/Waveform"
import * as Wfdb from "@bedside/core/Wfdb"
import * as Result from "effect/Result"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import type { Options } from "./Options.ts"

export interface Record {
  readonly signal: Float64Array
  readonly samplingRate: number
  readonly annotations: ReadonlyArray<Wfdb.Annotation>
  /** The ticks in which annotations count time, per second. */
  readonly ticks: number
}

/** The records of the folder that have annotations and are not to be skipped. */
export const names = ({ folder, annotator, skip }: Options): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".hea"))
    .map((file) => file.slice(0, -".hea".length))
    .filter((name) => !skip.includes(name) && existsSync(join(folder, `${name}.${annotator}`)))
    .toSorted()

/** One channel of a record and its annotations, or why they cannot be read. */
export const read = (
  name: string,
  { folder, annotator, channel: index }: Options
): Result.Result<Record, string> =>
  Result.gen(function* () {
    const files = yield* bytesOf(() => filesOf(folder, name))
    const header = files[`${name}.hea`] ?? ""
    const record = yield* readable(Wfdb.decode({ header, files }))
    const reference = yield* bytesOf(() => readFileSync(join(folder, `${name}.${annotator}`)))
    const annotations = yield* readable(Wfdb.annotations(reference))
    const channel = record.channels[index]
    if (channel === undefined) return yield* Result.fail(`it has no channel ${index}`)
    return {
      signal: Waveform.physical(channel),
      samplingRate: channel.samplingRate,
      annotations,
      ticks: Wfdb.timeResolution(annotations) ?? record.samplingRate
    }
  })

/** The header of a record and whatever files it names, those of its segments too. */
const filesOf = (folder: string, name: string): { [file: string]: Uint8Array } => {
  const header = readFileSync(join(folder, `${name}.hea`))
  const firstWords = header
    .toString("latin1")
    .split(/\r?\n/)
    .map((line) => line.split(/\s/)[0] ?? "")
  const files: { [file: string]: Uint8Array } = { [`${name}.hea`]: header }
  for (const word of new Set(firstWords)) {
    if (word === "" || word !== basename(word) || word.startsWith("#")) continue
    const isSegment = word !== name && existsSync(join(folder, `${word}.hea`))
    if (isSegment) Object.assign(files, filesOf(folder, word))
    else if (word.includes(".") && existsSync(join(folder, word))) {
      files[word] = readFileSync(join(folder, word))
    }
  }
  return files
}

const bytesOf = <A>(read: () => A): Result.Result<A, string> =>
  Result.try({
    try: read,
    catch: (error) => (error instanceof Error ? error.message : String(error))
  })

const readable = <A>(result: Result.Result<A, Waveform.FormatError>): Result.Result<A, string> =>
  Result.mapError(
    result,
    ({ reason, where, expected }) => `${reason} at ${where}: expected ${expected}`
  )
