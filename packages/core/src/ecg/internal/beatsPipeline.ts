/**
 * The stages of beat detection in a row, from samples to marked beats:
 *
 * resample -> wavelet -> envelope -> candidates -> odds (with templates) -> path -> trust -> place
 *
 * Every stage depends on the samples alone and never on how they were cut into blocks.
 */
import * as Candidates from "./beatsCandidates.ts"
import * as Envelope from "./beatsEnvelope.ts"
import * as Odds from "./beatsOdds.ts"
import * as Path from "./beatsPath.ts"
import * as Place from "./beatsPlace.ts"
import * as Resample from "./beatsResample.ts"
import * as Templates from "./beatsTemplates.ts"
import * as Trust from "./beatsTrust.ts"
import * as Wavelet from "./beatsWavelet.ts"

/** The largest number of samples that are pushed at once. */
export const chunk = 1024

// The longest time from a beat to its place, in seconds: levels, path, trust and their windows.
const latency = 16

// So long without a beat, the beats that were known are no longer looked for alone.
const lost = 8 * Resample.rate

// An envelope of 10 microvolts is that of noise.
const quietest = 0.01

/** `push` takes samples of every lead, at most `chunk` of each; `flush` ends the signal. */
export interface Pipeline {
  readonly push: (leads: ReadonlyArray<Float64Array>, count: number) => void
  readonly flush: () => void
}

export interface Options {
  readonly samplingRate: number
  readonly leads: number
  /** Units of the samples per millivolt, or 0 where it is not known. */
  readonly gain: number
}

export const pipeline = (
  { samplingRate, leads, gain }: Options,
  found: (sample: number) => void
): Pipeline => {
  const ratio = samplingRate / Resample.rate
  const most = Math.ceil(chunk / ratio) + 2
  const resamplers = Array.from({ length: leads }, () => Resample.resampler(samplingRate))
  const resampled = resamplers.map(() => new Float64Array(Math.max(most, Wavelet.reach)))
  const envelope = Envelope.envelope(leads, Math.max(most, Wavelet.reach), quietest * gain)
  const shape = new Float64Array(leads * (2 * Templates.half + 1))
  const templates = Templates.templates(shape.length)
  const usual = Templates.usual()
  const place = Place.place(samplingRate, leads, latency + chunk / samplingRate)

  let latest = 0

  const trust = Trust.trust((time) => {
    found(place.at((time - Wavelet.reach + 0.5) * ratio - 0.5))
  })

  // What is learnt does not wait for trust: a heart that changed its shape has to regain it.
  const path = Path.path((time, strength, odds) => {
    envelope.shape(time, Templates.half, shape)
    templates.learn(shape)
    usual.learn(strength)
    latest = time
    trust.add(time, odds)
  })

  // At the start, and where nothing like the beats so far comes any more, whatever is strong shows
  // what to look for.
  const isLost = (time: number, similarity: number): boolean =>
    Number.isNaN(similarity) || time - latest > lost

  const candidates = Candidates.candidates(envelope, {
    candidate: (candidate) => {
      const { time, strength } = candidate
      envelope.shape(time, Templates.half, shape)
      const similarity = templates.similarity(shape)
      if (isLost(time, similarity) && Odds.isStrong(candidate)) templates.learn(shape)
      const odds = Odds.odds(candidate, similarity, usual.strength())
      path.add(time, strength, odds, Odds.doubt(candidate))
      path.settle(time)
    },
    tick: path.settle
  })

  const push: Pipeline["push"] = (samples, count) => {
    place.push(samples, count)
    let written = 0
    for (let lead = 0; lead < leads; lead++) {
      written = resamplers[lead]!.push(samples[lead]!, count, resampled[lead]!)
    }
    envelope.push(resampled, written)
    candidates.advance()
  }

  // The filters are late by their reach: the last sample is repeated for as long.
  const flush: Pipeline["flush"] = () => {
    for (let lead = 0; lead < leads; lead++) resampled[lead]!.fill(resamplers[lead]!.held())
    envelope.push(resampled, Wavelet.reach)
    envelope.flush()
    candidates.advance()
    candidates.flush()
  }

  return { push, flush }
}
