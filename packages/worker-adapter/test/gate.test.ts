import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Gate from "../src/internal/gate.ts"

const limits: Gate.Limits = {
  requestsPerDay: 5,
  outputTokensPerDay: 100,
  outputTokensPerRequest: 30,
  failures: 2,
  openFor: 1000
}

const day = 86_400_000

const failed: Gate.End = { kind: "failed", outputTokens: 0, retryAfter: null }
const answered: Gate.End = { ...failed, kind: "answered" }

/** One request from entering to leaving; the state after it. */
const once = (state: Gate.State, now: number, end: Gate.End): Gate.State => {
  const [pass, inside] = Gate.enter(limits, state, now)
  return Result.isSuccess(pass) ? Gate.leave(limits, inside, now, pass.success, end) : inside
}

const lets = (state: Gate.State, now: number): string =>
  Result.match(Gate.enter(limits, state, now)[0], {
    onSuccess: ({ isProbe }) => (isProbe ? "probe" : "pass"),
    onFailure: (reason) => reason
  })

const Step = Schema.Struct({
  wait: Schema.Int.check(Schema.isBetween({ minimum: -500, maximum: day })),
  // Which of those that are under way ends; beyond them, another one enters.
  ends: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4 })),
  kind: Schema.Literals(["answered", "failed", "interrupted"]),
  outputTokens: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 }))),
  retryAfter: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5000 })))
})

describe("the gate", () => {
  it("forgets earlier failures with an answer", () => {
    const twice = once(once(Gate.initial, 0, failed), 0, answered)
    expect(lets(once(twice, 0, failed), 0)).toBe("pass")
    expect(lets(once(once(Gate.initial, 0, failed), 0, failed), 0)).toBe("circuit-open")
  })

  it("opens anew with a try that fails, and for no longer than a day by request", () => {
    const open = once(once(Gate.initial, 0, failed), 0, failed)
    expect([lets(open, 999), lets(open, 1000)]).toEqual(["circuit-open", "probe"])
    const again = once(open, 1000, failed)
    expect([lets(again, 1999), lets(again, 2000)]).toEqual(["circuit-open", "probe"])
    const shut = once(Gate.initial, 0, { ...failed, retryAfter: 1e12 })
    expect([lets(shut, day - 1), lets(shut, day)]).toEqual(["circuit-open", "probe"])
  })

  it("learns nothing from what began before the circuit opened", () => {
    const [pass, inside] = Gate.enter(limits, Gate.initial, 0)
    const open = once(once(inside, 0, failed), 0, failed)
    const late = Gate.leave(limits, open, 500, Result.getOrThrow(pass), answered)
    expect(lets(late, 999)).toBe("circuit-open")
  })

  it("begins no new day when the clock is set back", () => {
    const spent = Array.from({ length: 5 }).reduce<Gate.State>(
      (state) => once(state, day, answered),
      Gate.initial
    )
    expect([lets(spent, day), lets(spent, 0), lets(spent, 2 * day)]).toEqual([
      "budget",
      "budget",
      "pass"
    ])
  })

  it("does not charge today what began yesterday", () => {
    const [pass, inside] = Gate.enter(limits, Gate.initial, day - 1)
    const today = once(inside, day, answered)
    const ended = { ...answered, outputTokens: 5 }
    expect(Gate.leave(limits, today, day, Result.getOrThrow(pass), ended)).toEqual(today)
  })

  it.prop(
    "never overdraws a day, and lets one at a time try",
    { steps: Schema.Array(Step).check(Schema.isMaxLength(60)) },
    ({ steps }) => {
      let state = Gate.initial
      let now = 0
      const under: Array<Gate.Pass> = []
      for (const { wait, ends, ...end } of steps) {
        now = Math.max(0, now + (wait > 5000 && ends !== 0 ? wait % 700 : wait))
        const ending = under[ends]
        if (ending === undefined) {
          const [pass, next] = Gate.enter(limits, state, now)
          state = next
          if (Result.isSuccess(pass)) under.push(pass.success)
        } else {
          state = Gate.leave(limits, state, now, ending, end)
          under.splice(ends, 1)
        }
        expect(state.requests).toBeLessThanOrEqual(limits.requestsPerDay)
        expect(state.outputTokens).toBeLessThanOrEqual(limits.outputTokensPerDay)
        expect(state.outputTokens).toBeGreaterThanOrEqual(0)
        expect(under.filter(({ isProbe }) => isProbe).length).toBeLessThanOrEqual(1)
        expect(state.isProbing).toBe(under.some(({ isProbe }) => isProbe))
      }
    }
  )
})
