/**
 * ECGs on their way through: taken in and stored at once, analysed later by the worker, read back by
 * the one who sent them.
 *
 * Someone else's ECG does not exist for a caller. Analysis may run any number of times: metrics are
 * upserted, and a new metric is made for stored recordings without touching intake.
 */
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Account from "../access/Account.ts"
import * as Analysis from "../ecg/Analysis.ts"
import * as Metric from "../ecg/Metric.ts"
import * as Recording from "../ecg/Recording.ts"
import * as Strip from "../ecg/Strip.ts"
import * as Identity from "./Identity.ts"
import * as Jobs from "./Jobs.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

/**
 * The workflows around ECG recordings.
 *
 * @since 0.1.0
 */
export class Electrocardiography extends Context.Service<Electrocardiography>()(
  "bedside/Electrocardiography",
  {
    make: Effect.gen(function* () {
      const ecgs = yield* Ports.Ecgs
      const random = yield* SecureRandom.SecureRandom

      const submit = Effect.fn("Electrocardiography.submit")(function* (
        actor: Account.Actor,
        recording: Recording.Recording
      ) {
        const receivedAt = yield* DateTime.now
        const recordingId = yield* Identity.next<Recording.RecordingId>(random)
        yield* ecgs.submit({ recordingId, owner: actor.id, recording, receivedAt })
        return { id: recording.id, status: "queued" as const }
      })

      const find = (actor: Account.Actor, id: string) => ecgs.find(actor.id, id)

      const list = Effect.fn("Electrocardiography.list")(function* (
        actor: Account.Actor,
        request: Page.Request
      ) {
        const after = yield* Effect.fromResult(Page.after(request, Recording.RecordingId))
        const found = yield* ecgs.list(actor.id, { limit: request.limit + 1, ...after })
        return Page.make(found, request.limit, (ecg) => ecg.recordingId)
      })

      const analyse = Effect.fn("Electrocardiography.analyse")(
        function* (id: Recording.RecordingId) {
          const recording = yield* ecgs.load(id)
          const metrics = Analysis.analyse(recording).map(Metric.ofFinding)
          const failed = metrics.every((metric) => metric.error !== undefined)
          const status = failed ? "failed" : "completed"
          yield* ecgs.finish(id, { edition: Analysis.edition, status, metrics })
        },
        Effect.catchTag("NotFound", () => new Jobs.JobRefused({ reason: "no such recording" }))
      )

      const strip = Effect.fn("Electrocardiography.strip")(function* (
        actor: Account.Actor,
        id: string,
        { from = 0, seconds = 10, ...options }: Strip.Options
      ) {
        const { recordingId } = yield* ecgs.find(actor.id, id)
        const recording = yield* ecgs.load(recordingId)
        const rate = recording.samplingRate ?? 0
        const marks = Analysis.marks(recording, from * rate, (from + seconds) * rate)
        return Strip.svg(recording, [{ marks }], { from, seconds, ...options })
      })

      return { submit, find, list, strip, analyse }
    })
  }
) {
  static readonly layer = Layer.effect(this, this.make)
}
