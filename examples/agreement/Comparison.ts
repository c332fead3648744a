/**
 * What our detector finds in a record, against what is annotated.
 */
import * as Agreement from "@bedside/core/Agreement"
import * as Beats from "@bedside/core/Beats"
import * as Wfdb from "@bedside/core/Wfdb"
import * as Result from "effect/Result"
import { writeFileSync } from "node:fs"
import * as Record from "./Record.ts"
import type { Options } from "./Options.ts"

/** One way to compare: the window in ms, and whether segments of ventricular flutter are left out. */
export interface Setting {
  readonly window: number
  readonly withoutFlutter: boolean
}

export interface Comparison {
  readonly setting: Setting
  readonly agreement: Agreement.Agreement
}

/** The comparisons of a record, in the order of `settings`, or why there are none. */
export interface Outcome {
  readonly name: string
  readonly result: Result.Result<ReadonlyArray<Comparison>, string>
}

/** Each window, with flutter and without. */
export const settings = ({ windows }: Options): ReadonlyArray<Setting> =>
  windows.flatMap((window) => [
    { window, withoutFlutter: false },
    { window, withoutFlutter: true }
  ])

/** Detects the beats of a record and compares them in every setting. */
export const ofRecord = (name: string, options: Options): Outcome => ({
  name,
  result: Result.gen(function* () {
    const record = yield* Record.read(name, options)
    const { signal, samplingRate, annotations, ticks } = record
    const detected = yield* Result.mapError(
      Beats.detect(signal, { samplingRate }),
      ({ reason }) => `its signal cannot be read: ${reason}`
    )
    const beats = Array.from(detected, (beat) => (beat * ticks) / samplingRate)
    yield* write(name, beats, options)
    const reference = annotations.filter(Wfdb.isBeat).map(({ sample }) => sample)
    const flutter = Agreement.flutter(annotations)
    return settings(options).map((setting) => {
      const excluded = setting.withoutFlutter ? flutter : []
      const window = setting.window / 1000
      const compared = { samplingRate: ticks, window, excluded, from: options.from }
      return { setting, agreement: Agreement.compare(reference, beats, compared) }
    })
  })
})

const normal = Wfdb.symbols.indexOf("N")

/** Writes our beats for `bxb` and the other tools of PhysioNet, where that is wanted. */
const write = (
  name: string,
  beats: ReadonlyArray<number>,
  { detections }: Options
): Result.Result<void, string> => {
  if (detections === undefined) return Result.void
  const rest = { code: normal, subtype: 0, channel: 0, number: 0, note: "" }
  const annotations = beats.map((beat) => ({ sample: Math.round(beat), ...rest }))
  return Result.try({
    try: () => {
      const bytes = Result.getOrThrow(Wfdb.encodeAnnotations(annotations))
      writeFileSync(`${name}.${detections}`, bytes)
    },
    catch: (error) => `its beats cannot be written: ${String(error)}`
  })
}
