import type * as Jobs from "@bedside/core/Jobs"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as RiskRun from "@bedside/core/RiskRun"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

const written = Schema.encodeSync(RiskRun.RiskRun)
const at = (clock: string) => Given.instant(`2026-03-01T${clock}Z`)
const runId = () => RiskRun.RiskRunId.make(Given.text())

const begin = (id = runId()) =>
  Ports.RiskRuns.use((port) => port.begin({ id, actor: "ada", at: at("10:00:00.123") }))

const advance = (
  id: RiskRun.RiskRunId,
  after: Patient.PatientId | null,
  last?: Patient.PatientId
) => {
  const progress = { done: 2, risks: 3, refusals: 1 }
  return Ports.RiskRuns.use((port) =>
    port.advance(id, after, { progress, last, at: at("11:00:00") })
  )
}

const job = (of: RiskRun.RiskRunId, after: Patient.PatientId | null): Jobs.Job => ({
  _tag: "foretell-population",
  runId: of,
  after
})

const found = (id: RiskRun.RiskRunId) => Ports.RiskRuns.use((port) => port.find(id))

export const riskRuns = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Runs of risk models", () => {
    it.effect("are one at a time, whoever asks at the same time, with one job", () =>
      Effect.gen(function* () {
        const { id: last } = yield* Given.patientOnRecord()
        const ids = Given.times(6, runId)
        const begun = Given.successes(yield* Given.atOnce(ids.map(begin)))
        const [run] = begun
        if (run === undefined) return expect.fail("no run began")
        expect(new Set(begun.map(({ id }) => id)).size).toBe(1)
        const offered = yield* Effect.forEach(ids, (id) => Given.isOffered(job(id, null)))
        expect(offered).toEqual(ids.map((id) => id === run.id))
        const position = yield* found(run.id)
        expect(written(position.run)).toEqual({
          id: run.id,
          actor: "ada",
          status: "running",
          patients: run.patients,
          ...RiskRun.nothing,
          startedAt: "2026-03-01T10:00:00.123Z",
          updatedAt: "2026-03-01T10:00:00.123Z"
        })
        expect(run.patients).toBeGreaterThanOrEqual(1)
        expect([position.after, position.through]).toEqual([null, last])
        yield* advance(run.id, null)
      })
    )

    it.effect("count a stretch once, and leave the job that goes on with it", () =>
      Effect.gen(function* () {
        const { id } = yield* begin()
        const [first, second] = [Given.patientId(), Given.patientId()]
        yield* advance(id, null, first)
        const again = yield* Given.atOnce([advance(id, null, second), advance(id, null)])
        expect(Given.failures(again)).toEqual([])
        const position = yield* found(id)
        expect(position).toMatchObject({
          run: { status: "running", done: 2, risks: 3, refusals: 1 },
          after: first
        })
        expect(yield* Given.isOffered(job(id, first))).toBe(true)
        expect(yield* Given.isOffered(job(id, second))).toBe(false)
        yield* advance(id, first)
      })
    )

    it.effect("are completed by the last stretch, for good, and make room for another", () =>
      Effect.gen(function* () {
        const { id } = yield* begin()
        expect((yield* begin()).id).toBe(id)
        yield* advance(id, null)
        yield* advance(id, null, Given.patientId())
        expect((yield* found(id)).run).toMatchObject({
          status: "completed",
          done: 2,
          risks: 3,
          refusals: 1,
          updatedAt: at("11:00:00")
        })
        const other = yield* begin()
        expect(other.id).not.toBe(id)
        yield* advance(other.id, null)
      })
    )

    it.effect("are not found where there are none", () =>
      Effect.gen(function* () {
        const absent = runId()
        expect(yield* Given.refusal(found(absent))).toEqual(Given.notFound("risk-run"))
        expect(yield* Given.refusal(advance(absent, null))).toEqual(Given.notFound("risk-run"))
      })
    )
  })
}
