/** Detectors that need a few numbers: of errors, and of sums of small deviations. */

/** What a value did: nothing, a warning, a change. */
export type Verdict = 0 | 1 | 2

export interface ErrorsOptions {
  readonly least: number
  readonly warning: number
  readonly change: number
}

// Values, the share of errors, and the least share with its standard error once there is one.
export const emptyErrors: ReadonlyArray<number> = [0, 0, 0, 0]

export const pushErrors = (
  state: Array<number>,
  value: number,
  { least, warning, change }: ErrorsOptions
): Verdict => {
  const n = state[0]! + 1
  const share = state[1]! + (value - state[1]!) / n
  const error = Math.sqrt(Math.max(0, (share * (1 - share)) / n))
  state[0] = n
  state[1] = share
  if (n <= least) return 0
  if (n === least + 1 || share + error <= state[2]! + state[3]!) {
    state[2] = share
    state[3] = error
  }
  if (share + error > state[2]! + change * state[3]!) return 2
  return share + error > state[2]! + warning * state[3]! ? 1 : 0
}

export interface PageHinkleyOptions {
  readonly least: number
  readonly slack: number
  readonly limit: number
  readonly forgetting: number
  readonly sides: "above" | "both"
}

// Values, their mean, the sum above and its least, the sum below and its largest.
export const emptyPageHinkley: ReadonlyArray<number> = [0, 0, 0, 0, 0, 0]

export const pushPageHinkley = (
  state: Array<number>,
  value: number,
  { least, slack, limit, forgetting, sides }: PageHinkleyOptions
): Verdict => {
  const n = state[0]! + 1
  const mean = state[1]! + (value - state[1]!) / n
  state[0] = n
  state[1] = mean
  if (sides === "above") {
    const sum = Math.max(0, forgetting * state[2]! + (value - mean - slack))
    state[2] = sum
    // As published, the one-sided form counts from one and so judges one value earlier.
    return n + 1 >= least && sum >= limit ? 2 : 0
  }
  const above = forgetting * state[2]! + value - mean - slack
  const below = forgetting * state[4]! + value - mean + slack
  state[2] = above
  state[4] = below
  state[3] = n === 1 ? above : Math.min(state[3]!, above)
  state[5] = n === 1 ? below : Math.max(state[5]!, below)
  return n >= least && (above - state[3] > limit || state[5] - below > limit) ? 2 : 0
}

export interface CusumOptions {
  readonly learning: number
  readonly slack: number
  readonly limit: number
}

// Values, their mean and the sum of squares around it up to the end of learning, the sums above and below.
export const emptyCusum: ReadonlyArray<number> = [0, 0, 0, 0, 0]

export const pushCusum = (
  state: Array<number>,
  value: number,
  { learning, slack, limit }: CusumOptions
): Verdict => {
  const n = state[0]! + 1
  state[0] = n
  if (n <= learning) {
    const difference = value - state[1]!
    state[1]! += difference / n
    state[2]! += difference * (value - state[1]!)
  }
  if (n < learning) return 0
  const deviation = value - state[1]!
  const scale = learning > 1 ? Math.sqrt(state[2]! / (learning - 1)) : 0
  state[3] = Math.max(0, state[3]! + deviation - slack * scale)
  state[4] = Math.max(0, state[4]! - deviation - slack * scale)
  return Math.max(state[3], state[4]) > limit * scale ? 2 : 0
}
