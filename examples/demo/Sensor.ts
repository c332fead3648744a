/**
 * Scene 6: a sensor is fitted, asked and adjusted.
 */
import * as Effect from "effect/Effect"
import * as Stage from "./Stage.ts"

/** Fits the golden values, asks about 10 and 13, adjusts, and asks again. */
export const show = Effect.fnUntraced(function* ({ clinician }: Stage.Stage) {
  yield* Stage.heading(
    "6. A sensor: fitted, asked, adjusted, and asked again",
    "POST /api/v1/sensors/{id}/fit, …/predict, …/adjust"
  )
  const sensor = { params: { id: `pump-${Date.now()}` }, query: {} }
  const ask = Effect.fnUntraced(function* (value: number) {
    const { alert, threshold } = yield* clinician.sensors.predict({ ...sensor, payload: { value } })
    yield* Stage.say(
      `  is ${value} an alert? ${alert ? "yes" : "no"}: the threshold is ${threshold}`
    )
  })
  const values = [10, 5, 6, 9]
  const model = yield* clinician.sensors.fit({ ...sensor, payload: { values } })
  yield* Stage.say(`fitted to ${values.join(", ")}: mean ${model.mean}, std ${model.std}`)
  yield* ask(10)
  yield* ask(13)
  const adjusted = yield* clinician.sensors.adjust(sensor)
  yield* Stage.say(`adjusted: mean ${adjusted.mean}, now version ${adjusted.version}`)
  yield* ask(13)
})
