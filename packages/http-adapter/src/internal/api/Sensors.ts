/**
 * Sensor models: fitted, asked, adjusted, and looked back on.
 */
import * as Page from "@bedside/core/Page"
import * as SensorModel from "@bedside/core/SensorModel"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { page, root } from "./Endpoints.ts"

const one = `${root}/sensors/:id` as const
const params = { id: SensorModel.SensorId }
const column = { column: Schema.optionalKey(SensorModel.Column) }

/** Values to fit; null stands for a reading that is missing. */
export const Values = Schema.Struct({
  values: Schema.Array(Schema.NullOr(Schema.Finite))
}).annotate({ identifier: "SensorValues" })

/** The value to judge. */
export const Value = Schema.Struct({ value: Schema.Finite }).annotate({
  identifier: "SensorValue"
})

/** The judgement, with the threshold and the version of the model that made it. */
export const Prediction = Schema.Struct({
  alert: Schema.Boolean,
  value: Schema.Finite,
  threshold: Schema.Finite,
  version: Schema.Int
}).annotate({ identifier: "Prediction" })

/** The sensors. */
export const sensors = HttpApiGroup.make("sensors")
  .add(
    HttpApiEndpoint.post("fit", `${one}/fit`, {
      params,
      query: column,
      payload: Values,
      success: SensorModel.SensorModel,
      error: [Problem.NotFound, Problem.Unprocessable]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:manage"))
      .annotate(OpenApi.Summary, "Fit a sensor: the values replace those of the version before"),
    HttpApiEndpoint.get("weights", `${one}/weights`, {
      params,
      query: column,
      success: SensorModel.SensorModel,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "The live version"),
    HttpApiEndpoint.post("predict", `${one}/predict`, {
      params,
      query: column,
      payload: Value,
      success: Prediction,
      error: [Problem.NotFound]
    })
      .annotate(Gate.Rule, Gate.needs("sensors:use"))
      .annotate(OpenApi.Summary, "Is a value an alert? At least mean + 2 std is"),
    HttpApiEndpoint.post("adjust", `${one}/adjust`, {
      params,
      query: column,
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
      .annotate(OpenApi.Summary, "Every version, newest first")
  )
  .middleware(Gate.Bearer)
  .annotate(OpenApi.Description, "Thresholds learned from readings, one per sensor and column.")
