/**
 * One pass over the values of a batch, each against the thresholds of its own model.
 */
import * as Sensor from "../../sensor/Sensor.ts"
import type * as SensorModel from "../../sensor/SensorModel.ts"

/**
 * Values of many models: `values[i]` belongs to `keys[of[i]]`, and NaN is a missing one.
 *
 * @since 0.2.0
 */
export interface Batch {
  readonly keys: ReadonlyArray<SensorModel.Key>
  readonly of: Int32Array
  readonly values: Float64Array
}

/**
 * What became of the values of one key: the live version (none where it was never fitted), how many
 * were judged, missing and in alert, and what a candidate made of them.
 *
 * @since 0.2.0
 */
export interface Judged {
  readonly key: SensorModel.Key
  readonly live: SensorModel.Judge | undefined
  readonly readings: number
  readonly missing: number
  readonly alerts: number
  readonly trial: SensorModel.Trial | undefined
}

/**
 * The judgement on a batch: on each key in their order, and the indices of the values in alert.
 *
 * @since 0.2.0
 */
export interface Verdict {
  readonly judged: ReadonlyArray<Judged>
  readonly alerts: Int32Array
}

export type Standings = ReadonlyArray<SensorModel.Standing | undefined>

/** The threshold of each key, NaN where there is no such version: no value reaches it. */
const thresholds = (standings: Standings, which: "live" | "candidate"): Float64Array =>
  Float64Array.from(standings, (standing) => {
    const model = standing?.[which]
    return model === undefined ? NaN : Sensor.threshold(model)
  })

const counters = (keys: number) => ({
  readings: new Int32Array(keys),
  missing: new Int32Array(keys),
  agreements: new Int32Array(keys),
  liveAlerts: new Int32Array(keys),
  candidateAlerts: new Int32Array(keys)
})

const count = (standings: Standings, { of, values, keys }: Batch) => {
  const live = thresholds(standings, "live")
  const candidate = thresholds(standings, "candidate")
  const { readings, missing, agreements, liveAlerts, candidateAlerts } = counters(keys.length)
  const alerts = new Int32Array(values.length)
  let found = 0
  for (let index = 0; index < values.length; index++) {
    const key = of[index]!
    const value = values[index]!
    if (Number.isNaN(value)) {
      missing[key]! += 1
      continue
    }
    const alert = value >= live[key]!
    const tried = value >= candidate[key]!
    readings[key]! += 1
    if (alert) {
      liveAlerts[key]! += 1
      alerts[found++] = index
    }
    if (tried) candidateAlerts[key]! += 1
    if (alert === tried) agreements[key]! += 1
  }
  return {
    alerts: alerts.subarray(0, found),
    readings,
    missing,
    agreements,
    liveAlerts,
    candidateAlerts
  }
}

/** Judges a batch; `standings` are in the order of its keys. */
export const judge = (standings: Standings, batch: Batch): Verdict => {
  const counts = count(standings, batch)
  const judged = batch.keys.map((key, at): Judged => {
    const standing = standings[at]
    const readings = counts.readings[at]!
    const liveAlerts = counts.liveAlerts[at]!
    const trial: SensorModel.Trial | undefined =
      standing?.candidate && readings > 0
        ? {
            candidate: standing.candidate.version,
            live: standing.live.version,
            readings,
            agreements: counts.agreements[at]!,
            liveAlerts,
            candidateAlerts: counts.candidateAlerts[at]!
          }
        : undefined
    return {
      key,
      live: standing?.live,
      readings,
      missing: counts.missing[at]!,
      alerts: liveAlerts,
      trial
    }
  })
  return { judged, alerts: counts.alerts }
}
