/**
 * Sensor models in use: made, decided on, asked, and looked back on.
 *
 * Whatever changes a model decides on its lineage inside the store's transaction, so two at once give
 * two versions and neither is lost. What is judged by a live version is judged by its candidate too,
 * and the trial is counted in the store before the answer is given. Every alert found goes out on
 * `alerts`, to those who listen in this process.
 *
 * Values are also tallied, for `drift`. Tallies are statistics and not records: they are written once
 * a second and when the layer closes, so a process that is killed loses up to a second of them.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import type * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import type * as Account from "../access/Account.ts"
import * as Drift from "../sensor/Drift.ts"
import * as SensorModel from "../sensor/SensorModel.ts"
import * as Alarm from "./internal/alarm.ts"
import * as Tallying from "./internal/tallying.ts"
import * as Verdicts from "./internal/verdict.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

export type { Alert, Notice } from "./internal/alarm.ts"
export type { Batch, Judged, Verdict } from "./internal/verdict.ts"

/**
 * How many readings models were asked about, by outcome: `judged` without an alert, in `alert`,
 * `missing`, or `unknown`, of a sensor that was never fitted.
 *
 * @since 0.2.0
 */
export const readings = Metric.counter("bedside_sensor_readings_total", {
  description: "Readings that models were asked about, by outcome",
  incremental: true
})

const outcomes = {
  judged: Metric.withAttributes(readings, { outcome: "judged" }),
  alert: Metric.withAttributes(readings, { outcome: "alert" }),
  missing: Metric.withAttributes(readings, { outcome: "missing" }),
  unknown: Metric.withAttributes(readings, { outcome: "unknown" })
}

const counted = ({ judged }: Verdicts.Verdict): Effect.Effect<void> => {
  const counts = { judged: 0, alert: 0, missing: 0, unknown: 0 }
  for (const { live, readings, missing, alerts } of judged) {
    if (live === undefined) counts.unknown += readings + missing
    else {
      counts.judged += readings - alerts
      counts.alert += alerts
      counts.missing += missing
    }
  }
  return Effect.forEach(
    Struct.keys(outcomes),
    (outcome) =>
      counts[outcome] === 0 ? Effect.void : Metric.update(outcomes[outcome], counts[outcome]),
    { discard: true }
  )
}

/**
 * Which days of the live version to look at: those from the one of `from` on, up to and with the last
 * one that begins before `to`. Tallies are kept by UTC day.
 *
 * @since 0.2.0
 */
export interface Stretch {
  readonly from?: DateTime.Utc | undefined
  readonly to?: DateTime.Utc | undefined
}

/**
 * How the values that the live version was asked about differ from those it was fitted to. `from` and
 * `to` are what the tally covers: whole days, as far as the version was live in them.
 *
 * @since 0.2.0
 */
export interface Drifted {
  readonly version: number
  readonly from: DateTime.Utc
  readonly to: DateTime.Utc
  readonly bins: Drift.Bins
  readonly tally: Drift.Tally
  readonly comparison: Drift.Comparison
}

const daysOf = ({ from, to }: Stretch): Stretch => {
  const last = to && DateTime.removeTime(to)
  return {
    from: from && DateTime.removeTime(from),
    to: last && to && (DateTime.isLessThan(last, to) ? DateTime.add(last, { days: 1 }) : last)
  }
}

const covered = (live: SensorModel.Version, { from, to }: Stretch, now: DateTime.Utc) => {
  const liveFrom = live.liveFrom ?? live.createdAt
  const start = from ? DateTime.max(from, liveFrom) : liveFrom
  return { from: start, to: DateTime.max(start, to ? DateTime.min(to, now) : now) }
}

const absent = () => Effect.fail(new Ports.NotFound({ what: "sensor" }))

const conflict = ({ code }: SensorModel.Refused) =>
  Effect.fail(new Ports.Conflict({ code, path: "version" }))

const alertOf = (
  key: SensorModel.Key,
  live: SensorModel.Judge,
  value: number,
  at: DateTime.Utc
): Alarm.Alert => {
  const { threshold, z, version } = SensorModel.predict(live, value)
  return { ...key, value, threshold, z, version, at }
}

/**
 * The workflows around sensor models.
 *
 * @since 0.1.0
 */
export class Sensing extends Context.Service<Sensing>()("bedside/Sensing", {
  make: Effect.gen(function* () {
    const models = yield* Ports.SensorModels
    const alarm = yield* Alarm.make
    const tallies = yield* Tallying.make(models)

    const change = Effect.fnUntraced(function* <E>(
      actor: Account.Actor,
      key: SensorModel.Key,
      reason: string | undefined,
      decide: (
        lineage: SensorModel.Lineage,
        by: SensorModel.Authorship
      ) => Result.Result<SensorModel.Changes, E>
    ) {
      const by = { actor: actor.user, now: yield* DateTime.now, reason }
      return yield* models.append(key, (lineage) => decide(lineage, by))
    })

    const fit = Effect.fn("Sensing.fit")(
      (actor: Account.Actor, key: SensorModel.Key, values: ArrayLike<number>, reason?: string) =>
        change(actor, key, reason, (lineage, by) => SensorModel.fit(lineage, key, values, by))
    )

    const adjust = Effect.fn("Sensing.adjust")(
      (actor: Account.Actor, key: SensorModel.Key, reason?: string) =>
        change(actor, key, reason, (lineage, by) => SensorModel.adjust(lineage, by)),
      Effect.catchTag("SensorModelMissing", absent)
    )

    const rollback = Effect.fn("Sensing.rollback")(
      function* (actor: Account.Actor, key: SensorModel.Key, version: number, reason?: string) {
        // What a version computes with never changes, so it may be read before the transaction.
        const earlier = yield* models.version(key, version)
        return yield* change(actor, key, reason, (lineage, by) =>
          SensorModel.rollback(lineage, earlier, by)
        )
      },
      Effect.catchTags({ SensorModelMissing: absent, SensorModelRefused: conflict })
    )

    const propose = Effect.fn("Sensing.propose")(
      (actor: Account.Actor, key: SensorModel.Key, values: ArrayLike<number>, reason?: string) =>
        change(actor, key, reason, (lineage, by) => SensorModel.propose(lineage, key, values, by)),
      Effect.catchTags({ SensorModelMissing: absent, SensorModelRefused: conflict })
    )

    const promote = Effect.fn("Sensing.promote")(
      (actor: Account.Actor, key: SensorModel.Key, reason?: string) =>
        change(actor, key, reason, SensorModel.promote),
      Effect.catchTag("SensorModelMissing", absent)
    )

    const withdraw = Effect.fn("Sensing.withdraw")(
      (actor: Account.Actor, key: SensorModel.Key, reason?: string) =>
        change(actor, key, reason, SensorModel.withdraw),
      Effect.catchTag("SensorModelMissing", absent)
    )

    const weights = (key: SensorModel.Key, at?: DateTime.Utc) =>
      at === undefined ? models.live(key) : models.liveAt(key, at)

    const candidate = Effect.fn("Sensing.candidate")(function* (
      key: SensorModel.Key,
      version?: number
    ) {
      const model = yield* version === undefined
        ? models.candidate(key)
        : models.version(key, version)
      if (model.state !== "candidate" && model.decision === null) {
        return yield* new Ports.NotFound({ what: "sensor" })
      }
      return { model, trials: yield* models.trials(key, model.version) }
    })

    const predictAll = Effect.fn("Sensing.predictAll")(function* (batch: Verdicts.Batch) {
      const standings = yield* models.standing(batch.keys)
      const verdict = Verdicts.judge(standings, batch)
      const at = yield* DateTime.now
      const trials = verdict.judged.flatMap(({ key, trial }) =>
        trial === undefined ? [] : [{ key, trial }]
      )
      if (trials.length > 0) yield* models.addTrials(trials, at)
      yield* tallies.add(Tallying.entriesOf(standings, batch, DateTime.removeTime(at)))
      yield* counted(verdict)
      yield* alarm.ring(verdict.alerts.length, (nth) => {
        const index = verdict.alerts[nth]!
        const { key, live } = verdict.judged[batch.of[index]!]!
        // Without a live version no value is in alert.
        return alertOf(key, live!, batch.values[index]!, at)
      })
      return verdict
    })

    const predict = Effect.fn("Sensing.predict")(function* (key: SensorModel.Key, value: number) {
      const batch = { keys: [key], of: Int32Array.of(0), values: Float64Array.of(value) }
      const [judged] = (yield* predictAll(batch)).judged
      if (judged?.live === undefined) return yield* new Ports.NotFound({ what: "sensor" })
      return SensorModel.predict(judged.live, value)
    })

    const drift = Effect.fn("Sensing.drift")(function* (
      key: SensorModel.Key,
      stretch: Stretch = {}
    ) {
      yield* tallies.flush
      const live = yield* models.live(key)
      const days = daysOf(stretch)
      const tally = (yield* models.tallies(key, live.version, days)).reduce<Drift.Tally>(
        Drift.merge,
        Drift.tally(live.bins, [])
      )
      const drifted: Drifted = {
        version: live.version,
        ...covered(live, days, yield* DateTime.now),
        bins: live.bins,
        tally,
        comparison: Drift.judge(live.bins, tally)
      }
      return drifted
    })

    const versions = Effect.fn("Sensing.versions")(function* (
      key: SensorModel.Key,
      request: Page.Request
    ) {
      yield* models.live(key)
      const after = yield* Effect.fromResult(Page.after(request, Page.Sequence))
      const found = yield* models.versions(key, { limit: request.limit + 1, ...after })
      return Page.make(found, request.limit, (model) => model.version)
    })

    /** Alerts from now on; `after` is the id of the last one that was heard, if any was. */
    const alerts = (after?: string): Stream.Stream<Alarm.Notice> => alarm.listen(after)

    return {
      fit,
      adjust,
      rollback,
      propose,
      promote,
      withdraw,
      weights,
      candidate,
      predict,
      predictAll,
      drift,
      versions,
      alerts
    }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
