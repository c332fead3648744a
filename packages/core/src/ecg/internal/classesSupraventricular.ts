/** Which beats of normal shape come early enough to start above the ventricles. */

// The shortening that counts as early is a share of the recent cycle and of the interval before: four
// times the spread of the recent intervals, within limits. `back` is how much longer the first interval
// after a run is. A run of more than `longestRun` beats is a change of rate.
const thresholds = {
  smallestShortening: 0.1,
  largestShortening: 0.15,
  spreads: 4,
  stillEarly: 0.9,
  earlyBothWays: 0.92,
  back: 1.18,
  shortRun: 4,
  longestRun: 200,
  history: 8,
  fewestRecent: 4
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

/**
 * Marks the early beats among those of normal shape: alone, or in a run that begins and ends
 * abruptly. Nothing is marked in an irregular rhythm.
 */
export const early = (
  beats: ArrayLike<number>,
  earliness: Float64Array,
  isNormal: (beat: number) => boolean,
  irregular: Uint8Array
): Uint8Array => {
  const marks = new Uint8Array(beats.length)
  const interval = (beat: number) => beats[beat]! - beats[beat - 1]!
  const recent: Array<number> = []
  const remember = (value: number) => {
    recent.push(value)
    if (recent.length > thresholds.history) recent.shift()
  }

  const shorteningIn = (intervals: ReadonlyArray<number>, cycle: number): number => {
    const spread = median(intervals.map((value) => Math.abs(value / cycle - 1)))
    const { smallestShortening, largestShortening, spreads } = thresholds
    return Math.min(largestShortening, Math.max(smallestShortening, spreads * spread))
  }

  const endOfRun = (start: number, cycle: number): number => {
    let end = start + 1
    const latest = Math.min(beats.length, start + thresholds.longestRun + 1)
    while (
      end < latest &&
      isNormal(end) &&
      irregular[end] === 0 &&
      interval(end) < thresholds.stillEarly * cycle
    ) {
      end += 1
    }
    return end
  }

  const isRun = (start: number, end: number): boolean => {
    const length = end - start
    const ends = end < beats.length
    const last = Array.from({ length: Math.min(length, thresholds.history) }, (_, back) =>
      interval(end - 1 - back)
    )
    const returns = ends && interval(end) > thresholds.back * median(last)
    return length < thresholds.shortRun
      ? earliness[start]! < thresholds.earlyBothWays && (returns || !ends || !isNormal(end))
      : length <= thresholds.longestRun && (returns || (ends && !isNormal(end)))
  }

  let beat = 1
  while (beat < beats.length) {
    if (irregular[beat] === 1) recent.length = 0
    if (irregular[beat] === 1 || !isNormal(beat) || !isNormal(beat - 1)) {
      beat += 1
      continue
    }
    const isKnown = recent.length >= thresholds.fewestRecent
    const cycle = isKnown ? median(recent) : interval(beat) / earliness[beat]!
    const shortening = isKnown ? shorteningIn(recent, cycle) : thresholds.largestShortening
    const starts =
      beat > 1 && interval(beat) < (1 - shortening) * Math.min(cycle, interval(beat - 1))
    if (!starts) {
      remember(interval(beat))
      beat += 1
      continue
    }
    const end = endOfRun(beat, cycle)
    if (isRun(beat, end)) {
      marks.fill(1, beat, end)
      // The interval after a run is a pause, not a cycle.
      beat = end + 1
    } else {
      for (let other = beat; other < end; other++) remember(interval(other))
      beat = end
    }
  }
  return marks
}
