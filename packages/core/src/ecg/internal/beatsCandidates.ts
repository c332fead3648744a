/**
 * Fourth stage of beat detection: the peaks of the envelope, each with the level that beats have
 * around it and with its strongest neighbours.
 *
 * The level is the median over seven windows of the largest value in each, so that neither one spike
 * nor one empty window moves it. It looks two windows ahead: a candidate comes out 3 to 4.5 s after
 * its peak.
 */
import * as Envelope from "./beatsEnvelope.ts"
import { rate } from "./beatsResample.ts"

const windowLength = 1.5 * rate
const windowsBefore = 4
const windowsAhead = 2
const windows = windowsBefore + 1 + windowsAhead

// Between beats, the envelope is below its quantile of 0.3 even where they follow fast. Every ninth
// sample is enough to find it.
const quantile = 0.3
const thinning = 9

// A candidate is the largest value within 80 ms to either side.
const spacing = 0.08 * rate

// What is weaker than this share of the level is no candidate, and no neighbour.
const weakest = 0.08

// Neighbours near by are mostly P waves before a complex; those further off are T waves.
const touching = 0.16 * rate
const near = 0.24 * rate
const far = 0.45 * rate

// Candidates are at least 80 ms apart, so these are more than wait for their level at any time.
const size = 256
const mask = size - 1

const ringMask = Envelope.size - 1

/**
 * A peak of the envelope at a sample of 150 Hz. `contrast` is the level over that between
 * beats, at most 1,000; the neighbours are the strongest candidates within 0.16 to 0.24 s and 0.24 to 0.45 s.
 */
export interface Candidate {
  time: number
  strength: number
  level: number
  contrast: number
  nearBefore: number
  farBefore: number
  nearAfter: number
  farAfter: number
}

/**
 * `candidate` is given the candidates in order of time, in one object that is written anew for each.
 * `tick` is told, once per window, the time before which there are no more.
 */
export interface Sink {
  readonly candidate: (candidate: Readonly<Candidate>) => void
  readonly tick: (time: number) => void
}

/** `advance` looks at every new sample of the envelope; `flush` takes the levels as they stand. */
export interface Candidates {
  readonly advance: () => void
  readonly flush: () => void
}

export const candidates = (envelope: Envelope.Envelope, sink: Sink): Candidates => {
  const { joint } = envelope
  const times = new Int32Array(size)
  const strengths = new Float64Array(size)
  let first = 0
  let last = 0

  const largest = new Float64Array(windows)
  const quiets = new Float64Array(windows)
  const thinned = new Float64Array(windowLength / thinning)
  const sorted = new Float64Array(windows)
  let closed = 0
  let next = 0
  const state = { largestYet: 0, peak: 0, height: Infinity }

  const candidate: Candidate = {
    time: 0,
    strength: 0,
    level: 0,
    contrast: 0,
    nearBefore: 0,
    farBefore: 0,
    nearAfter: 0,
    farAfter: 0
  }

  const isHighestSoFar = (sample: number, value: number): boolean => {
    for (let away = 1; away <= spacing; away++) {
      if (joint[(sample - away) & ringMask]! >= value) return false
    }
    return true
  }

  const note = (sample: number, value: number): void => {
    times[last & mask] = sample
    strengths[last & mask] = value
    last += 1
  }

  // Empty windows, as in a gap, say nothing about beats.
  const median = (values: Float64Array): number => {
    let count = 0
    for (let index = 0; index < Math.min(closed, windows); index++) {
      const value = values[index]!
      if (!(value > 0)) continue
      let place = count++
      for (; place > 0 && sorted[place - 1]! > value; place--) sorted[place] = sorted[place - 1]!
      sorted[place] = value
    }
    return count === 0 ? 0 : (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2
  }

  const strongest = (from: number, step: 1 | -1, beyond: number, within: number): number => {
    const oldest = Math.max(0, last - size)
    let most = weakest * candidate.level
    for (let other = from + step; other >= oldest && other < last; other += step) {
      const away = Math.abs(times[other & mask]! - candidate.time)
      if (away > within) break
      if (away > beyond) most = Math.max(most, strengths[other & mask]!)
    }
    return most
  }

  const release = (until: number): void => {
    if (first === last || times[first & mask]! >= until) return
    candidate.level = median(largest)
    candidate.contrast = candidate.level / Math.max(median(quiets), candidate.level / 1000)
    for (; first < last && times[first & mask]! < until; first++) {
      candidate.time = times[first & mask]!
      candidate.strength = strengths[first & mask]!
      if (candidate.strength <= weakest * candidate.level) continue
      candidate.nearBefore = strongest(first, -1, touching, near)
      candidate.farBefore = strongest(first, -1, near, far)
      candidate.nearAfter = strongest(first, 1, touching, near)
      candidate.farAfter = strongest(first, 1, near, far)
      sink.candidate(candidate)
    }
  }

  const quiet = (end: number, length: number): number => {
    let count = 0
    for (let sample = end - length; sample < end; sample += thinning) {
      thinned[count++] = joint[sample & ringMask]!
    }
    return thinned.subarray(0, count).sort()[Math.floor(quantile * count)]!
  }

  const close = (end: number, length: number): void => {
    largest[closed % windows] = state.largestYet
    quiets[closed % windows] = quiet(end, length)
    closed += 1
    state.largestYet = 0
  }

  // A local maximum is a candidate once nothing higher follows within the spacing. One loop over
  // locals: numbers that closures share are slow to write.
  const scan = (from: number, to: number): void => {
    let { largestYet, peak, height } = state
    let before = joint[(from - 2) & ringMask]!
    let middle = joint[(from - 1) & ringMask]!
    for (let sample = from; sample < to; sample++) {
      const value = joint[sample & ringMask]!
      if (value > largestYet) largestYet = value
      if (value > height) height = Infinity
      if (middle > before && middle >= value && isHighestSoFar(sample - 1, middle)) {
        peak = sample - 1
        height = middle
      }
      if (sample === peak + spacing && height < Infinity) note(peak, height)
      before = middle
      middle = value
    }
    Object.assign(state, { largestYet, peak, height })
  }

  const advance: Candidates["advance"] = () => {
    const end = envelope.end()
    while (next < end) {
      const windowEnd = (closed + 1) * windowLength
      const until = Math.min(end, windowEnd)
      scan(next, until)
      next = until
      if (until < windowEnd) return
      close(until, windowLength)
      const time = (closed - windowsAhead) * windowLength
      release(time)
      sink.tick(time)
    }
  }

  const flush: Candidates["flush"] = () => {
    const rest = next % windowLength
    if (rest > 0) close(next, rest)
    // The envelope is zero beyond its end.
    scan(next, next + spacing)
    release(Infinity)
    sink.tick(Infinity)
  }

  return { advance, flush }
}
