/**
 * Sixth stage of beat detection: which candidates are beats, decided together.
 *
 * Each candidate brings the log odds that it is a beat, and each step from one beat to the next costs
 * what its duration is unlikely by. The best path through the candidates (Viterbi) is followed, and
 * what lies more than three seconds back on it is final. Only the candidates of those three seconds
 * are kept, so the work per candidate is bounded.
 */
import { rate } from "./beatsResample.ts"
import * as Rhythm from "./beatsRhythm.ts"

const lag = 3 * rate

// Candidates are at least 80 ms apart: more than three seconds and the windows of levels hold.
const size = 256
const mask = size - 1

const none = -1

/**
 * `add` takes the next candidate, `settle` makes final what is old enough at a time. Final beats are
 * handed to `confirm` in order of time.
 */
export interface Path {
  readonly add: (time: number, strength: number, odds: number, doubt: number) => void
  readonly settle: (time: number) => void
}

export type Confirm = (time: number, strength: number, odds: number) => void

export const path = (confirm: Confirm): Path => {
  const rhythm = Rhythm.rhythm()
  const times = new Float64Array(size)
  const strengths = new Float64Array(size)
  const odds = new Float64Array(size)
  const doubts = new Float64Array(size)
  const totals = new Float64Array(size)
  const intervals = new Float64Array(size)
  const previous = new Int32Array(size).fill(none)
  const isStale = new Uint8Array(size)
  const chain = new Int32Array(size)
  // The open candidates, and the last final beat before them: it may be any time ago.
  let first = 0
  let last = 0
  let root = none
  let rootTime = NaN
  let rootTotal = 0
  let rootInterval = 0

  const relax = (node: number): void => {
    const here = node & mask
    const time = times[here]!
    const doubt = doubts[here]!
    let from = root
    let interval = root === none ? 0 : time - rootTime
    let best = root === none ? 0 : rootTotal - rhythm.cost(interval, rootInterval, doubt)
    // Backwards, so that most of the others are too far behind to be looked at.
    const bonus = rhythm.bonus()
    for (let other = node - 1; other >= first; other--) {
      const there = other & mask
      if (totals[there]! + bonus <= best) continue
      const step = time - times[there]!
      const total = totals[there]! - rhythm.cost(step, intervals[there]!, doubt)
      if (total <= best) continue
      best = total
      from = other
      interval = step
    }
    totals[here] = best + odds[here]!
    previous[here] = from
    intervals[here] = interval
  }

  const add: Path["add"] = (time, strength, odd, doubt) => {
    const here = last & mask
    times[here] = time
    strengths[here] = strength
    odds[here] = odd
    doubts[here] = doubt
    relax(last)
    last += 1
  }

  // The best path, backwards from its end, as far as it is open.
  const trace = (): number => {
    let end = none
    let best = rootTotal
    for (let node = first; node < last; node++) {
      if (totals[node & mask]! <= best) continue
      best = totals[node & mask]!
      end = node
    }
    let length = 0
    for (let node = end; node >= first; node = previous[node & mask]!) chain[length++] = node
    return length
  }

  const advanceRoot = (node: number): void => {
    const here = node & mask
    if (root !== none) rhythm.learn(times[here]! - rootTime)
    root = node
    rootTime = times[here]!
    rootTotal = totals[here]!
    rootInterval = intervals[here]!
    confirm(rootTime, strengths[here]!, odds[here]!)
  }

  // A candidate whose best path went through one that is closed now finds another.
  const reroute = (): void => {
    for (let node = first; node < last; node++) {
      const here = node & mask
      const from = previous[here]!
      isStale[here] = from === root ? 0 : from < first ? 1 : isStale[from & mask]!
      if (isStale[here] === 1) relax(node)
    }
  }

  const settle: Path["settle"] = (time) => {
    const limit = time - lag
    if (first === last || times[first & mask]! > limit) return
    let length = trace()
    while (length > 0 && times[chain[length - 1]! & mask]! <= limit) advanceRoot(chain[--length]!)
    while (first < last && (times[first & mask]! <= limit || first <= root)) first += 1
    reroute()
  }

  return { add, settle }
}
