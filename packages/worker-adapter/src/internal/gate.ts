/**
 * Whether a request may go out: the budget of the day and the circuit breaker, as one state that each
 * request enters and leaves. Pure: times are given, in ms since 1970.
 *
 * The guarantee that bites: output tokens are reserved before a request and settled after it, so that
 * requests side by side cannot overdraw the budget together; and while the circuit is half open, one
 * request at a time tries.
 */
import * as Result from "effect/Result"

export interface Limits {
  readonly requestsPerDay: number
  readonly outputTokensPerDay: number
  /** What one request can cost at most. */
  readonly outputTokensPerRequest: number
  /** Failures in a row that open the circuit. */
  readonly failures: number
  readonly openFor: number
}

export interface State {
  /** Days since 1970, in UTC. */
  readonly day: number
  readonly requests: number
  readonly outputTokens: number
  readonly failures: number
  /** When the circuit is half open again; null while it is closed. */
  readonly openUntil: number | null
  readonly isProbing: boolean
}

export interface Pass {
  readonly day: number
  readonly isProbe: boolean
}

/**
 * How a request ended. `outputTokens` is null where nobody said what it cost; it is charged in full then.
 * `retryAfter` is what the server asked for, in ms.
 */
export interface End {
  readonly kind: "answered" | "failed" | "interrupted"
  readonly outputTokens: number | null
  readonly retryAfter: number | null
}

const lengthOfDay = 86_400_000

/** A server that asks for more would shut itself off for good. */
export const longestPause = lengthOfDay

export const initial: State = {
  day: 0,
  requests: 0,
  outputTokens: 0,
  failures: 0,
  openUntil: null,
  isProbing: false
}

/** A clock that is set back begins no new day. */
const onDay = (state: State, now: number): State => {
  const day = Math.floor(now / lengthOfDay)
  return day > state.day ? { ...state, day, requests: 0, outputTokens: 0 } : state
}

export const enter = (
  limits: Limits,
  before: State,
  now: number
): readonly [Result.Result<Pass, "budget" | "circuit-open">, State] => {
  const state = onDay(before, now)
  const isProbe = state.openUntil !== null
  if (isProbe && (state.isProbing || now < (state.openUntil ?? 0))) {
    return [Result.fail("circuit-open"), state]
  }
  const requests = state.requests + 1
  const outputTokens = state.outputTokens + limits.outputTokensPerRequest
  if (requests > limits.requestsPerDay || outputTokens > limits.outputTokensPerDay) {
    return [Result.fail("budget"), state]
  }
  return [
    Result.succeed({ day: state.day, isProbe }),
    { ...state, requests, outputTokens, isProbing: isProbe || state.isProbing }
  ]
}

export const leave = (
  limits: Limits,
  before: State,
  now: number,
  pass: Pass,
  { kind, outputTokens, retryAfter }: End
): State => {
  const state = settle(limits, before, pass, outputTokens)
  const isProbing = state.isProbing && !pass.isProbe
  // What began before the circuit opened tells nothing of how things are since.
  const isLate = state.openUntil !== null && !pass.isProbe
  if (kind === "answered" && !isLate) return { ...state, isProbing, failures: 0, openUntil: null }
  if (kind !== "failed") return { ...state, isProbing }
  const failures = state.failures + 1
  const opens = retryAfter !== null || (!isLate && (pass.isProbe || failures >= limits.failures))
  if (!opens) return { ...state, isProbing, failures }
  const until = now + Math.min(retryAfter ?? limits.openFor, longestPause)
  return { ...state, isProbing, failures, openUntil: Math.max(state.openUntil ?? 0, until) }
}

/** What a request of yesterday costs is not of today's budget. */
const settle = (limits: Limits, state: State, pass: Pass, outputTokens: number | null): State => {
  if (outputTokens === null || pass.day !== state.day) return state
  const difference = outputTokens - limits.outputTokensPerRequest
  return { ...state, outputTokens: state.outputTokens + difference }
}
