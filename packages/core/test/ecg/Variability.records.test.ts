import { describe, expect, it } from "@effect/vitest"
import { join } from "node:path"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Wfdb from "../../src/ecg/formats/Wfdb.ts"
import * as Variability from "../../src/ecg/Variability.ts"
import * as Records from "./records.ts"

const samplingRate = 360

interface Powers {
  readonly vlf: number
  readonly lf: number
  readonly hf: number
  readonly lf_hf: number
  readonly lf_nu?: number
}

interface Section {
  readonly [name: string]: number | Powers | { readonly sampen: number } | undefined
  readonly "sampen_m2_r0.2sd": { readonly sampen: number }
  readonly welch_cubic4Hz_1024_hann?: Powers
  readonly lomb_scargle?: Powers
}

/** What is ours, by the name the reference has for it. */
const overTime = (rr: Float64Array): Readonly<Record<string, number>> => {
  const time = Variability.timeDomain(rr)
  const shape = Variability.nonlinear(rr)
  return {
    n_intervals: time.count,
    n_diffs: time.differences,
    mean_rr_ms: time.mean,
    median_rr_ms: time.median,
    mean_hr_bpm_60000_over_meanRR: time.heartRate,
    mean_of_instant_hr_bpm: time.meanHeartRate,
    min_rr_ms: time.min,
    max_rr_ms: time.max,
    sdnn_ms_ddof1: time.sdnn,
    rmssd_ms: time.rmssd,
    sdsd_ms_ddof1: time.sdsd,
    nn50: time.nn50,
    pnn50_pct_over_ndiffs: time.pnn50,
    pnn20_pct_over_ndiffs: time.pnn20,
    cvnn: time.cvnn,
    cvsd: time.cvsd,
    "triangular_index_floor_bins_7.8125ms": shape.triangularIndex,
    sd1_ms: shape.sd1,
    sd2_ms: shape.sd2,
    sd1_sd2: shape.sd1Sd2,
    sd1_ms_rotated: shape.sd1Rotated,
    sd2_ms_rotated: shape.sd2Rotated,
    sampen: shape.sampleEntropy
  }
}

const isFar = (tolerance: number, ours: number, theirs: number): boolean =>
  !(Math.abs(ours - theirs) <= tolerance * Math.max(1, Math.abs(theirs)))

/** The names of the values that differ by more than 1e-9. */
const farInTime = (rr: Float64Array, reference: Section): ReadonlyArray<string> => {
  const theirs: Readonly<Record<string, unknown>> = {
    ...reference,
    ...reference["sampen_m2_r0.2sd"]
  }
  return Object.entries(overTime(rr)).flatMap(([name, value]) => {
    const other = theirs[name]
    const isGiven = typeof other === "number"
    if (!isGiven) return name.endsWith("_rotated") ? [] : [name]
    return isFar(1e-9, value, other) ? [name] : []
  })
}

/** The names of the powers and ratios that differ by more than 1e-6 of their value. */
const farInPower = (
  rr: Float64Array,
  method: Variability.FrequencyDomain["method"],
  reference: Powers | undefined
): ReadonlyArray<string> => {
  const { vlf, lf, hf, lfHf, lfNu } = Variability.frequencyDomain(rr, { method })
  const ours = { vlf, lf, hf, lf_hf: lfHf, ...(method === "welch" ? { lf_nu: lfNu } : {}) }
  const theirs: Readonly<Record<string, number | undefined>> = { ...reference }
  return Object.entries(ours)
    .filter(([name, value]) => isFar(1e-6, value / (theirs[name] ?? NaN), 1))
    .map(([name]) => name)
}

describeWithData("mitdb", "Variability on records of the MIT-BIH Arrhythmia Database", (path) => {
  // The file states the definitions that its values were made by.
  const reference = readJson(join(path, "hrv-reference.json")) as Readonly<
    Record<string, Readonly<Record<"all_beats" | "all_beats_first_300s" | "nn", Section>>>
  >

  const beatsOf = (name: string) => {
    const beats = Records.annotations(path, name).filter(Wfdb.isBeat)
    return {
      samples: beats.map(({ sample }) => sample),
      isNormal: beats.map(({ symbol }) => "NLRej".includes(symbol))
    }
  }

  const recorded = ["119", "201"].map((name) => {
    const { samples, isNormal } = beatsOf(name)
    const all = Variability.intervals(samples, { samplingRate })
    const end = (samples[0] ?? 0) + 300 * samplingRate
    const first = all.filter((_, index) => (samples[index + 1] ?? 0) <= end)
    const nn = Variability.intervals(samples, { samplingRate, isNormal })
    const times = Variability.times(samples, { samplingRate, isNormal })
    return { name, all, first, nn, times, reference: reference[name]! }
  })

  describe.each(recorded)("record $name", ({ all, first, nn, times, reference }) => {
    it("has the reference's values over all beats", () => {
      expect(farInTime(all, reference.all_beats)).toEqual([])
    })

    it("has the reference's values over the first five minutes", () => {
      expect(farInTime(first, reference.all_beats_first_300s)).toEqual([])
    })

    it("has the reference's values over normal beats, gap-aware", () => {
      expect(farInTime(nn, reference.nn)).toEqual([])
    })

    it("has the reference's power, by both methods", () => {
      for (const [rr, section] of [
        [all, reference.all_beats],
        [first, reference.all_beats_first_300s]
      ] as const) {
        expect(farInPower(rr, "welch", section.welch_cubic4Hz_1024_hann)).toEqual([])
        expect(farInPower(rr, "lomb-scargle", section.lomb_scargle)).toEqual([])
      }
    })

    it("keeps the variance of the normal intervals across gaps of known length", () => {
      const { total } = Variability.frequencyDomain(nn, { method: "lomb-scargle", times })
      const { sdnn, count } = Variability.timeDomain(nn, { times })
      expect(isFar(1e-9, total, (sdnn ** 2 * (count - 1)) / count)).toBe(false)
    })
  })

  it("differs 13-fold between all beats and normal beats on record 119", () => {
    const { all, nn } = recorded[0]!
    const factor = Variability.timeDomain(all).rmssd / Variability.timeDomain(nn).rmssd
    expect(factor).toBeGreaterThan(13)
  })

  it("finds hardly anything to mend in the normal sinus rhythm of record 101", () => {
    const { samples } = beatsOf("101")
    const { share } = Variability.correct(Variability.intervals(samples, { samplingRate }))
    expect(share).toBeLessThan(0.01)
  })
})
