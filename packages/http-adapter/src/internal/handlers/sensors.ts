/** Handlers of sensors. */
import * as Sensing from "@bedside/core/Sensing"
import * as SensorModel from "@bedside/core/SensorModel"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../Api.ts"
import { pageOf } from "../api/Endpoints.ts"
import * as Gate from "../../Gate.ts"
import { answer } from "../answer.ts"

/** A missing reading is one that is not a number, which a fit leaves out. */
export const known = (values: ReadonlyArray<number | null>): ReadonlyArray<number> =>
  values.filter((value) => value !== null)

/** The model that a path and a query name. */
export const keyOf = (
  sensorId: string,
  column: string = SensorModel.defaultColumn
): SensorModel.Key => ({ sensorId, column })

export const sensors = HttpApiBuilder.group(
  Api,
  "sensors",
  Effect.fn(function* (handlers) {
    const sensing = yield* Sensing.Sensing
    return handlers.handleAll({
      fit: ({ params, query, payload }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.fit(actor, keyOf(params.id, query.column), known(payload.values)))
        ),
      weights: ({ params, query }) => answer(sensing.weights(keyOf(params.id, query.column))),
      predict: ({ params, query, payload }) =>
        answer(sensing.predict(keyOf(params.id, query.column), payload.value)),
      adjust: ({ params, query }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.adjust(actor, keyOf(params.id, query.column)))
        ),
      versions: ({ params, query }) =>
        answer(sensing.versions(keyOf(params.id, query.column), pageOf(query)))
    })
  })
)
