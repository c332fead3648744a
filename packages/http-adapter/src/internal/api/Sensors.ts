/**
 * Sensor models: fitted, asked, adjusted, tried, rolled back, and looked back on.
 */
import * as Drift from "@bedside/core/Drift"
import * as Invalid from "@bedside/core/Invalid"
import * as Page from "@bedside/core/Page"
import * as SensorModel from "@bedside/core/SensorModel"
import * as Timestamp from "@bedside/core/Timestamp"
import * as ByteSize from "effect/ByteSize"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as BodyLimit from "../../BodyLimit.ts"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import * as Columns from "./columns.ts"
import { page, root, When } from "./Endpoints.ts"

const one = `${root}/sensors/:id` as const
const params = { id: SensorModel.SensorId }
const column = { column: Schema.optionalKey(SensorModel.Column) }

/** Values to fit; null stands for a reading that is missing. */
export const Values = Schema.Struct({
  values: Schema.Array(Schema.NullOr(Schema.Finite))
}).annotate({ identifier: "SensorValues" })

const reason = { reason: Schema.optionalKey(SensorModel.Reason) }

/** Values to fit, and why. */
export const Fit = Schema.Struct({ ...Values.fields, ...reason }).annotate({
  identifier: "SensorFit"
})

const range = { code: "range", expected: "the number of a version, from 1 on" }

const Version = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }, range))

const VersionInQuery = Schema.String.check(Schema.isPattern(/^\d{1,10}$/u, range)).pipe(
  Schema.decodeTo(Version, SchemaTransformation.numberFromString)
)

/** The version to go back to, and why. */
export const Rollback = Schema.Struct({ version: Version, ...reason }).annotate({
  identifier: "SensorRollback"
})

/** The value to judge. */
export const Value = Schema.Struct({ value: Schema.Finite }).annotate({
  identifier: "SensorValue"
})

/** A candidate with what it was tried on beside each live version. */
export const Candidate = Schema.Struct({
  model: SensorModel.SensorModel,
  trials: Schema.Array(
    Schema.Struct({
      candidate: Schema.Int,
      live: Schema.Int,
      readings: Schema.Int,
      agreements: Schema.Int,
      liveAlerts: Schema.Int,
      candidateAlerts: Schema.Int,
      since: Timestamp.Instant,
      until: Timestamp.Instant
    })
  )
}).annotate({ identifier: "SensorCandidate" })

/** The values that one request may have. */
export const maximumValues = 100_000

/** The largest body of a batch: 100,000 values, each with an id and a column of its own. */
const maximumSize = ByteSize.mebibytes(32)

interface Lengths {
  readonly sensorId: Columns.Names
  readonly column?: Columns.Names
  readonly value: Float64Array
}

const asLongAsValues = ({ value, ...columns }: Lengths) =>
  (["sensorId", "column"] as const)
    .filter((name) => (columns[name]?.of?.length ?? value.length) !== value.length)
    .map((name) =>
      Invalid.filterIssue([name], "length", `${value.length} names, one for each value`)
    )

/**
 * Values of many sensors, by columns: the sensor and column of each value, or one name for all of
 * them. Null stands for a reading that is missing.
 */
export const Readings = Schema.Struct({
  sensorId: Columns.namesOf(SensorModel.SensorId),
  column: Schema.optionalKey(Columns.namesOf(SensorModel.Column)),
  value: Columns.Numbers.check(
    Schema.makeFilter((values: Float64Array) => values.length <= maximumValues, {
      code: "length",
      expected: `at most ${maximumValues} values`
    })
  )
})
  .check(Schema.makeFilter((it: Lengths) => asLongAsValues(it)))
  .annotate({ identifier: "SensorReadings" })

const Named = { sensorId: Schema.String, column: Schema.String }

/**
 * The judgement on a batch: the live version of each sensor and column with what it was asked, the
 * indices of the values in alert, and those of values that no model could judge.
 */
export const Predictions = Schema.Struct({
  count: Schema.Int,
  missing: Schema.Int,
  alerts: Columns.Indices,
  models: Schema.Array(
    Schema.Struct({
      ...Named,
      version: Schema.Int,
      mean: Schema.Finite,
      std: Schema.Finite,
      threshold: Schema.Finite,
      readings: Schema.Int,
      missing: Schema.Int,
      alerts: Schema.Int
    })
  ),
  unknown: Schema.Array(Schema.Struct({ ...Named, indices: Columns.Indices }))
}).annotate({ identifier: "Predictions" })

const Known = Schema.NullOr(Schema.Finite)

/**
 * How incoming values differ from those that were fitted. What cannot be computed is null: too few
 * values, a model without bins, a limit that nothing reaches. The shares of the bins are of all
 * values, the missing ones too; the outer bins are open.
 */
export const Drifted = Schema.Struct({
  version: Schema.Int,
  from: Timestamp.Instant,
  to: Timestamp.Instant,
  n: Schema.Int,
  missing: Schema.Int,
  psi: Known,
  ks: Known,
  p: Known,
  shift: Known,
  z: Known,
  limits: Schema.Struct({ psi: Known, ks: Known, z: Known }),
  alarm: Schema.Boolean,
  reasons: Schema.Array(Drift.Reason),
  bins: Schema.Array(
    Schema.Struct({ from: Known, to: Known, expected: Schema.Finite, observed: Known })
  )
}).annotate({ identifier: "SensorDrift" })

/** An alert as it goes out. */
export const Alert = Schema.Struct({
  ...Named,
  value: Schema.Finite,
  threshold: Schema.Finite,
  z: Schema.NullOr(Schema.Finite),
  version: Schema.Int,
  at: Timestamp.Instant
}).annotate({ identifier: "SensorAlert" })

const event = <Name extends string, Data extends Schema.Codec<unknown, unknown>>(
  name: Name,
  data: Data
) =>
  Schema.Struct({
    id: Schema.optional(Schema.String),
    event: Schema.Literal(name),
    data: Schema.fromJsonString(Schema.toCodecJson(data))
  })

/** What the stream of alerts tells. */
export const Event = Schema.Union([
  event("listening", Schema.Struct({})),
  event("alert", Alert),
  event("dropped", Schema.Struct({ count: Schema.Int }))
])

/** The sensors. */
export const sensors = HttpApiGroup.make("sensors")
  .add(
    HttpApiEndpoint.post("fit", `${one}/fit`, {
      params,
      query: column,
      payload: Fit,
      success: SensorModel.SensorModel,
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Fit a sensor: the values replace those of the version before"),
    HttpApiEndpoint.get("weights", `${one}/weights`, {
      params,
      query: { ...column, at: Schema.optionalKey(When) },
      success: SensorModel.SensorModel,
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "The live version, or the one that was live at a time"),
    HttpApiEndpoint.post("predict", `${one}/predict`, {
      params,
      query: column,
      payload: Value,
      success: SensorModel.Prediction,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "Is a value an alert? At least mean + 2 std is"),
    HttpApiEndpoint.post("adjust", `${one}/adjust`, {
      params,
      query: { ...column, ...reason },
      success: SensorModel.SensorModel,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Multiply the mean by 1.1, as a new version"),
    HttpApiEndpoint.get("versions", `${one}/versions`, {
      params,
      query: { ...column, ...page },
      success: Page.of(SensorModel.SensorModel),
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Every version, newest first"),
    HttpApiEndpoint.post("rollback", `${one}/rollback`, {
      params,
      query: column,
      payload: Rollback,
      success: SensorModel.SensorModel,
      error: [Problem.NotFound, Problem.Conflict]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Go back to an earlier version, as a new version equal to it")
      .annotate(
        OpenApi.Description,
        "Any version that was live once. 409 `already-live` for the live one, `never-live` for a candidate."
      ),
    HttpApiEndpoint.post("propose", `${one}/candidate`, {
      params,
      query: column,
      payload: Fit,
      success: SensorModel.SensorModel.pipe(HttpApiSchema.status(201)),
      error: [Problem.NotFound, Problem.Conflict, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Fit a candidate, which is tried beside the live version")
      .annotate(
        OpenApi.Description,
        "The live version goes on answering. 409 `candidate-waits` while there is another."
      ),
    HttpApiEndpoint.get("candidate", `${one}/candidate`, {
      params,
      query: { ...column, version: Schema.optionalKey(VersionInQuery) },
      success: Candidate,
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "The candidate, or a former one, and what it was tried on"),
    HttpApiEndpoint.post("promote", `${one}/candidate/promote`, {
      params,
      query: { ...column, ...reason },
      success: SensorModel.SensorModel,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Make the candidate the live version"),
    HttpApiEndpoint.post("withdraw", `${one}/candidate/withdraw`, {
      params,
      query: { ...column, ...reason },
      success: SensorModel.SensorModel,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "End the candidate without making it live"),
    HttpApiEndpoint.post("predictAll", `${root}/sensors/predict`, {
      payload: Readings,
      success: Predictions
    })
      .middleware(BodyLimit.BodyLimit)
      .annotate(BodyLimit.Size, maximumSize)
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "Which of up to 100,000 values of many sensors are alerts?")
      .annotate(
        OpenApi.Description,
        "By columns: `value` has the values, `sensorId` and `column` one name for all of them or an array with one for each. `alerts` are indices of `value`. Values of a sensor that was never fitted are named in `unknown` and refuse nothing else."
      ),
    HttpApiEndpoint.get("drift", `${one}/drift`, {
      params,
      query: { ...column, from: Schema.optionalKey(When), to: Schema.optionalKey(When) },
      success: Drifted,
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "Do incoming values still look like those that were fitted?")
      .annotate(
        OpenApi.Description,
        "The values that predict was asked about since the live version went live, or on the UTC days from that of `from` on and before `to`, against the values it was fitted to. `psi` is the population stability index over bins frozen with the fit, `ks` the largest distance of the distribution functions at their edges and `p` its chance, `shift` that of the mean in standard deviations and `z` in standard errors; an adjusted threshold changes none of them. `alarm` takes a difference that is both unlikely and large, and `reasons` says in what. The chances are those of independent values: of a sensor that is read often, alarms may be more. Null is what cannot be computed; a version fitted from a file has no bins. Another server process may be a second behind."
      ),
    HttpApiEndpoint.get("alerts", `${root}/sensors/alerts`, {
      headers: { "last-event-id": Schema.optionalKey(Schema.String) },
      success: HttpApiSchema.StreamSse({ events: Event }),
      error: [Problem.tooManyRequests]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "Alerts as they are found, as server-sent events")
      .annotate(
        OpenApi.Description,
        "Every alert that predict finds on this server process, from `listening` on. Whoever reads too slowly, or comes back with `Last-Event-ID`, is told by `dropped` how many they missed. Comments keep the connection alive; it ends after an hour, as a token does. A user may listen to 20 at once."
      )
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "Thresholds learned from readings, one per sensor and column.")
