/** The spectra that the powers of `Variability.frequencyDomain` are read from. */
import * as Spectrum from "./spectrum.ts"
import * as Spline from "./spline.ts"
import * as Intervals from "./variabilitySeries.ts"

/** A spectrum of intervals, the segments averaged, and the part of the intervals it was made of. */
export interface Found {
  readonly spectrum: Spectrum.Spectrum
  readonly segments: number
  readonly coverage: number
}

interface Bands {
  readonly vlf: readonly [number, number]
  readonly lf: readonly [number, number]
  readonly hf: readonly [number, number]
}

const nothing: Found = {
  spectrum: { first: 0, step: NaN, density: new Float64Array(0) },
  segments: 0,
  coverage: 0
}

const seconds = (ms: Float64Array): Float64Array => ms.map((time) => time / 1000)

const resamplingRate = 4
const longestSegment = 1024

const resample = (series: Intervals.Series) =>
  Intervals.stretches(series)
    .filter(({ from, to }) => to - from >= Spline.fewest)
    .map(({ from, to }) => ({
      count: to - from,
      samples: Spline.resample(
        seconds(series.ends.subarray(from, to)),
        series.values.subarray(from, to),
        1 / resamplingRate
      )
    }))

export const welch = (series: Intervals.Series): Found => {
  const stretches = resample(series)
  const longest = stretches.reduce((length, { samples }) => Math.max(length, samples.length), 0)
  if (longest < 2) return nothing
  const segment = Math.min(longestSegment, longest)
  const used = stretches.filter(({ samples }) => samples.length >= segment)
  const signals = used.map(({ samples }) => samples)
  const { segments, ...spectrum } = Spectrum.welch(signals, resamplingRate, segment)
  const covered = used.reduce((total, { count }) => total + count, 0)
  return { spectrum, segments, coverage: covered / series.values.length }
}

const fewest = 4

/** At the lowest frequency of the bands and every `step` from there to below the highest, in Hz. */
export const lombScargle = (
  series: Intervals.Series,
  { vlf: [first], hf: [, highest] }: Bands,
  step: number
): Found => {
  if (series.values.length < fewest) return nothing
  const frequencies = { first, step, count: Math.ceil((highest - first) / step) }
  const spectrum = Spectrum.lombScargle(seconds(series.ends), series.values, frequencies)
  return { spectrum, segments: 1, coverage: 1 }
}

/** The powers that `Variability.FrequencyDomain` documents. */
export const powers = ({ spectrum, segments, coverage }: Found, bands: Bands) => {
  const lf = Spectrum.band(spectrum, bands.lf)
  const hf = Spectrum.band(spectrum, bands.hf)
  return {
    vlf: Spectrum.band(spectrum, bands.vlf),
    lf,
    hf,
    total: Spectrum.band(spectrum, [bands.vlf[0], bands.hf[1]]),
    lfHf: lf / hf,
    lfNu: (100 * lf) / (lf + hf),
    hfNu: (100 * hf) / (lf + hf),
    resolution: spectrum.step,
    segments,
    coverage
  }
}
