/** Handlers of measurements. */
import * as Monitoring from "@bedside/core/Monitoring"
import type * as Patient from "@bedside/core/Patient"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { Api, Apart } from "../../Api.ts"
import { pageOf, root } from "../api/Endpoints.ts"
import { readBatch } from "../api/Measurements.ts"
import * as CopyAge from "../../CopyAge.ts"
import * as Gate from "../../Gate.ts"
import * as Version from "../../Version.ts"
import { answer, rowOutcome } from "../answer.ts"

const versioned = <A extends { readonly version: number }>(body: A) =>
  HttpApiSchema.withHeaders({ body, headers: { etag: Version.tag(body.version) } })

const newest = Effect.gen(function* () {
  const monitoring = yield* Monitoring.Monitoring
  const age = yield* CopyAge.CopyAge
  return ({ params: { id } }: { readonly params: { readonly id: Patient.PatientId } }) =>
    CopyAge.told(age, id, answer(monitoring.latest(id)))
})

export const measurements = HttpApiBuilder.group(
  Api,
  "measurements",
  Effect.fn(function* (handlers) {
    const monitoring = yield* Monitoring.Monitoring
    const latest = yield* newest
    return handlers.handleAll({
      record: Effect.fnUntraced(function* ({ params, query, payload }) {
        const actor = yield* Gate.CurrentUser
        const { many, rows } = readBatch(payload)
        if (many) {
          const options = { atomic: query.atomic ?? false }
          const outcomes = yield* answer(monitoring.record(actor, params.id, rows, options))
          return outcomes.map(rowOutcome)
        }
        const measurement = yield* answer(monitoring.recordOne(actor, params.id, rows))
        return HttpApiSchema.withHeaders({
          body: measurement,
          headers: {
            location: `${root}/measurements/${measurement.id}`,
            etag: Version.tag(measurement.version)
          }
        })
      }),
      history: ({ params, query }) =>
        Gate.CurrentUser.use((actor) =>
          answer(monitoring.history(actor, params.id, query, pageOf(query)))
        ),
      latest,
      list: ({ query }) =>
        Gate.CurrentUser.use((actor) => answer(monitoring.list(actor, pageOf(query)))),
      find: ({ params }) =>
        Gate.CurrentUser.use((actor) => answer(monitoring.find(actor, params.id))).pipe(
          Effect.map(({ measurement, replaced }) => versioned({ ...measurement, replaced }))
        ),
      correct: ({ params, headers, payload }) =>
        Version.required(headers["if-match"]).pipe(
          Effect.flatMap((version) => answer(monitoring.correct(params.id, version, payload))),
          Effect.map(versioned)
        ),
      remove: ({ params, headers }) =>
        Effect.flatMap(Version.optional(headers["if-match"]), (version) =>
          version === undefined
            ? answer(monitoring.remove(params.id))
            : answer(monitoring.removeAt(params.id, version))
        )
    })
  })
)

export const latestMeasurements = HttpApiBuilder.group(Apart, "latestMeasurements", (handlers) =>
  Effect.map(newest, (latest) => handlers.handleAll({ latest }))
)
