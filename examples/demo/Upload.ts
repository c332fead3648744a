/**
 * Scene 7: a file of readings, fitted in the background.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Stage from "./Stage.ts"

const pumps = 50
const rowsOfEach = 200

/** Readings of many pumps, one of them with a fault in its logger. */
const file = (prefix: string): string => {
  const rows = Array.from({ length: pumps * rowsOfEach }, (_, row) => {
    const pump = row % pumps
    const temperature = row === 777 ? "E-42" : (20 + pump / 10 + Math.sin(row)).toFixed(2)
    return `${prefix}-${pump},${temperature},${row % 500 === 0 ? "" : (1 + Math.cos(row)).toFixed(3)}`
  })
  return `pump,celsius,velocity\n${rows.join("\n")}\n`
}

const mapping = { sensor: "pump", columns: { temp: "celsius", vel: "velocity" } }

/** Uploads the file, follows its fit to the end, and asks one of the models. */
export const show = Effect.fnUntraced(function* ({ clinician }: Stage.Stage) {
  yield* Stage.heading(
    "7. A file of readings, fitted in the background",
    "POST /api/v1/sensors/uploads, GET /api/v1/sensors/uploads/{id}"
  )
  const prefix = `pump-${Date.now()}`
  const bytes = new TextEncoder().encode(file(prefix))
  const sent = yield* clinician.uploads.receive({
    query: { mapping, reason: "the demonstration" },
    payload: Stream.succeed(bytes)
  })
  yield* Stage.say(`${Stage.thousands(sent.body.size)} bytes of CSV sent: ${sent.body.status}`)
  const read = clinician.uploads.find({ params: { id: sent.body.id } }).pipe(
    Effect.filterOrFail(
      ({ body: { status } }) => status === "completed" || status === "failed",
      () => new Stage.NotYet({ what: "The fit" })
    )
  )
  const { body } = yield* Stage.eventually(read)
  const { rows, malformed } = body.progress
  yield* Stage.say(`${body.status}: ${body.models} models of ${Stage.thousands(rows)} rows`)
  const [problem] = body.problems
  yield* Stage.say(
    `  ${malformed} row left out: line ${problem?.line}, ${problem?.reason}`,
    `  ${body.skipped} values missing`
  )
  const { mean, count } = yield* clinician.sensors.weights({
    params: { id: `${prefix}-7` },
    query: { column: "temp" }
  })
  yield* Stage.say(`pump 7 has a mean of ${mean.toFixed(2)} Cel, of ${count} values`)
})
