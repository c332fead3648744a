/** Handlers of sensors. */
import * as Sensing from "@bedside/core/Sensing"
import * as Sensor from "@bedside/core/Sensor"
import * as SensorModel from "@bedside/core/SensorModel"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../Api.ts"
import type * as Columns from "../api/columns.ts"
import { pageOf } from "../api/Endpoints.ts"
import type * as Sensors from "../api/Sensors.ts"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import * as Server from "../../Server.ts"
import { answer } from "../answer.ts"
import * as Alerts from "./alerts.ts"

/** A missing reading is one that is not a number, which a fit leaves out and counts. */
export const known = (values: ReadonlyArray<number | null>): ReadonlyArray<number> =>
  values.map((value) => value ?? NaN)

/** The model that a path and a query name. */
export const keyOf = (
  sensorId: string,
  column: string = SensorModel.defaultColumn
): SensorModel.Key => ({ sensorId, column })

const everywhere: Columns.Names = { names: [SensorModel.defaultColumn], of: undefined }

/** Joins the columns of names to the keys there are, and which of them each value has. */
const batchOf = ({
  sensorId,
  column = everywhere,
  value
}: typeof Sensors.Readings.Type): Sensing.Batch => {
  const keys: Array<SensorModel.Key> = []
  const known = new Map<number, number>()
  const of = new Int32Array(value.length)
  for (let index = 0; index < of.length; index++) {
    const sensor = sensorId.of?.[index] ?? 0
    const which = column.of?.[index] ?? 0
    const pair = sensor * column.names.length + which
    let at = known.get(pair)
    if (at === undefined) {
      at = keys.push(keyOf(sensorId.names[sensor]!, column.names[which])) - 1
      known.set(pair, at)
    }
    of[index] = at
  }
  return { keys, of, values: value }
}

/** The indices of the values of each key that is not judged. */
const unjudged = (batch: Sensing.Batch, judged: ReadonlyArray<Sensing.Judged>) => {
  const indices = judged.map(({ live, readings, missing }) =>
    live === undefined ? new Int32Array(readings + missing) : undefined
  )
  const found = new Int32Array(judged.length)
  for (let index = 0; index < batch.of.length; index++) {
    const key = batch.of[index]!
    const list = indices[key]
    if (list !== undefined) list[found[key]!++] = index
  }
  return judged.flatMap(({ key }, at) => {
    const list = indices[at]
    return list === undefined ? [] : [{ ...key, indices: list }]
  })
}

const shown = (batch: Sensing.Batch, { judged, alerts }: Sensing.Verdict) => ({
  count: batch.values.length,
  missing: judged.reduce((sum, it) => sum + it.missing, 0),
  alerts,
  models: judged.flatMap(({ key, live, readings, missing, alerts: alerting }) =>
    live === undefined
      ? []
      : [
          {
            ...key,
            version: live.version,
            mean: live.mean,
            std: live.std,
            threshold: Sensor.threshold(live),
            readings,
            missing,
            alerts: alerting
          }
        ]
  ),
  unknown: unjudged(batch, judged)
})

/** JSON has no NaN and no infinities. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

const driftShown = ({ version, from, to, bins, tally, comparison }: Sensing.Drifted) => {
  const { edges, shares } = bins
  const { n, missing, limits, alarm, reasons } = comparison
  return {
    version,
    from,
    to,
    n,
    missing,
    psi: finite(comparison.psi),
    ks: finite(comparison.ks),
    p: finite(comparison.p),
    shift: finite(comparison.shift),
    z: finite(comparison.z),
    limits: { psi: finite(limits.psi), ks: finite(limits.ks), z: finite(limits.z) },
    alarm,
    reasons,
    bins: (edges.length === 0 ? [] : tally.counts).map((count, bin) => ({
      from: edges[bin - 1] ?? null,
      to: edges[bin] ?? null,
      expected: shares[bin]!,
      observed: finite(count / (n + missing))
    }))
  }
}

export const sensors = HttpApiBuilder.group(
  Api,
  "sensors",
  Effect.fn(function* (handlers) {
    const sensing = yield* Sensing.Sensing
    const closing = yield* Effect.acquireRelease(Deferred.make<void>(), (it) =>
      Deferred.succeed(it, undefined)
    )
    const listeners = Alerts.makeListeners()
    const stopping = Effect.race(yield* Server.Stopping, Deferred.await(closing))
    return handlers.handleAll({
      fit: ({ params, query, payload: { values, reason } }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.fit(actor, keyOf(params.id, query.column), known(values), reason))
        ),
      weights: ({ params, query: { column, at } }) =>
        answer(sensing.weights(keyOf(params.id, column), at && DateTime.toUtc(at))),
      predict: ({ params, query, payload }) =>
        answer(sensing.predict(keyOf(params.id, query.column), payload.value)),
      adjust: ({ params, query: { column, reason } }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.adjust(actor, keyOf(params.id, column), reason))
        ),
      versions: ({ params, query }) =>
        answer(sensing.versions(keyOf(params.id, query.column), pageOf(query))),
      rollback: ({ params, query, payload: { version, reason } }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.rollback(actor, keyOf(params.id, query.column), version, reason))
        ),
      propose: ({ params, query, payload: { values, reason } }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.propose(actor, keyOf(params.id, query.column), known(values), reason))
        ),
      candidate: ({ params, query: { column, version } }) =>
        answer(sensing.candidate(keyOf(params.id, column), version)),
      promote: ({ params, query: { column, reason } }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.promote(actor, keyOf(params.id, column), reason))
        ),
      withdraw: ({ params, query: { column, reason } }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.withdraw(actor, keyOf(params.id, column), reason))
        ),
      predictAll: ({ payload }) => {
        const batch = batchOf(payload)
        return Effect.map(sensing.predictAll(batch), (verdict) => shown(batch, verdict))
      },
      drift: ({ params, query: { column, from, to } }) =>
        Effect.map(
          answer(
            sensing.drift(keyOf(params.id, column), {
              from: from && DateTime.toUtc(from),
              to: to && DateTime.toUtc(to)
            })
          ),
          driftShown
        ),
      alerts: ({ headers }) =>
        Gate.CurrentUser.use(({ id }) => {
          if (listeners.isFull(id))
            return Effect.fail(new Problem.TooManyRequests({ retryAfter: 60 }))
          const notices = listeners.counted(id, sensing.alerts(headers["last-event-id"]))
          return Effect.succeed(Alerts.answer(notices, stopping))
        })
    })
  })
)
