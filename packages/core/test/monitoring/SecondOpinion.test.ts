import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Measurement from "../../src/measurement/Measurement.ts"
import * as Consulting from "../../src/monitoring/Consulting.ts"
import * as Monitoring from "../../src/monitoring/Monitoring.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as SecondOpinion from "../../src/monitoring/SecondOpinion.ts"
import type * as Assessor from "../../src/risk/Assessor.ts"
import * as Ward from "./ward.ts"

const fast = Ward.reading("heart-rate", 135, "/min", { observedAt: Ward.time("10:00") })

/** A patient whose pulse alone makes NEWS2 say low-medium. */
const setUp = Effect.gen(function* () {
  const monitoring = yield* Monitoring.Monitoring
  const { id } = yield* Ward.admit()
  const record = (...readings: ReadonlyArray<Measurement.Reading>) =>
    monitoring
      .record(Ward.actor("clinician"), id, Ward.received(...readings))
      .pipe(Effect.andThen(monitoring.assess(id)))
  yield* record(...Ward.healthy("10:00").filter(({ vital }) => vital !== "heart-rate"), fast)
  return { monitoring, id, record }
})

const opinion: Assessor.Opinion = {
  abstain: false,
  level: "high",
  probability: 0.4,
  evidence: ["s1"],
  reasons: ["scores"],
  remark: ""
}

/** What a ward gets whose consultant answers so. */
const asking = (
  id: Parameters<SecondOpinion.SecondOpinion["Service"]["ask"]>[0],
  consult: Consulting.Consultant["Service"]["consult"]
) =>
  SecondOpinion.SecondOpinion.make.pipe(
    Effect.flatMap(({ ask }) => ask(id)),
    Effect.provideService(Consulting.Consultant, { model: "careful-1", consult })
  )

describe("SecondOpinion.ask", () => {
  it.effect("fails for a patient who has not been assessed, without asking", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* Ward.admit()
        const failure = yield* Effect.flip(asking(id, () => Effect.die("asked")))
        expect(failure).toEqual(new Ports.NotFound({ what: "assessment" }))
      })
    )
  )

  it.effect("says what the rule says where nobody is asked", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id } = yield* setUp
        const given = yield* SecondOpinion.SecondOpinion.use(({ ask }) => ask(id))
        const assessed = yield* monitoring.latestAssessment(id)
        expect(assessed.band).toBe("low-medium")
        expect(given).toMatchObject({
          level: given.rule,
          from: ["rule"],
          opinion: null,
          unused: "off",
          consultant: null,
          assessment: assessed.id,
          asOf: assessed.asOf,
          cited: []
        })
        expect(given.rule).not.toBeNull()
      })
    )
  )

  it.effect("shows the newest assessment and the two days of measurements before it", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id, record } = yield* setUp
        yield* record(
          Ward.reading("temperature", 36.5, "Cel", {
            observedAt: Ward.time("2026-02-27T09:00:00Z")
          }),
          Ward.reading("temperature", 38.5, "Cel", {
            observedAt: Ward.time("2026-02-27T11:00:00Z")
          })
        )
        const shown: Array<Assessor.Evidence> = []
        yield* asking(id, (evidence) => {
          shown.push(evidence)
          return Effect.succeed(opinion)
        })
        const [evidence] = shown
        expect(evidence?.scores).toMatchObject([{ id: "s1", score: "news2", total: 3 }])
        expect(evidence?.observations).toHaveLength(8)
        expect(JSON.stringify(evidence)).not.toContain("36.5")
        expect(JSON.stringify(evidence)).toContain("38.5")
        expect(JSON.stringify(evidence)).not.toMatch(/Ada|Byron|1970/)
      })
    )
  )

  it.effect("takes a higher level, and gives the measurements that the opinion names", () =>
    Ward.on(
      Effect.gen(function* () {
        const { monitoring, id } = yield* setUp
        const latest = yield* monitoring.latest(id)
        const pulse = latest.find(({ vital }) => vital === "heart-rate")
        const given = yield* asking(id, ({ observations }) => {
          const seen = observations.find(({ value }) => value === 135)
          return Effect.succeed({ ...opinion, evidence: [seen?.id ?? "", "s1"] })
        })
        expect(given).toMatchObject({ level: "high", from: ["opinion"], unused: null })
        expect(given.consultant).toBe("careful-1")
        expect(given.cited.map(({ measurementId }) => measurementId)).toEqual([pulse?.id])
      })
    )
  )

  it.effect("stays with the rule against a lower level, and when the consultant fails", () =>
    Ward.on(
      Effect.gen(function* () {
        const { id } = yield* setUp
        const lower = yield* asking(id, () => Effect.succeed({ ...opinion, level: "low" }))
        expect(lower.level).toBe(lower.rule)
        const failed = yield* asking(id, () =>
          Effect.fail(new Consulting.NotConsulted({ reason: "deadline" }))
        )
        expect(failed).toMatchObject({ level: lower.rule, opinion: null, unused: "deadline" })
      })
    )
  )
})
