/** Handlers of the replaced systems' access, ECG and sensor routes. */
import * as Access from "@bedside/core/Access"
import type * as Metric from "@bedside/core/Metric"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import type * as Policy from "@bedside/core/Policy"
import * as Recording from "@bedside/core/Recording"
import * as Sensing from "@bedside/core/Sensing"
import type * as SensorModel from "@bedside/core/SensorModel"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Redacted from "effect/Redacted"
import { Api } from "../../Api.ts"
import * as Gate from "../../Gate.ts"
import * as Tokens from "../../Tokens.ts"
import { answer } from "../answer.ts"
import { retryAfter } from "./ecgs.ts"
import { keyOf, known } from "./sensors.ts"

export const token = HttpApiBuilder.group(
  Api,
  "compatToken",
  Effect.fn(function* (handlers) {
    const access = yield* Access.Access
    const issuer = yield* Tokens.Tokens
    return handlers.handleAll({
      token: ({ payload }) =>
        answer(access.signIn(payload.user, payload.password)).pipe(
          Effect.flatMap(issuer.issue),
          Effect.map(({ accessToken, expiresIn }) => ({
            access_token: Redacted.value(accessToken),
            token_type: "bearer" as const,
            expires_in: expiresIn
          }))
        )
    })
  })
)

type OldRole = "user" | "admin"

const roleOf = (role: OldRole): Policy.Role => (role === "user" ? "clinician" : "admin")

const defaultRoles: readonly [OldRole] = ["user"]

const zeroCrossings = (metrics: ReadonlyArray<Metric.Metric>) =>
  metrics.flatMap(({ name, lead, value }) =>
    name === "zero-crossings" && lead !== undefined && value !== undefined
      ? [{ [lead]: { zero_crossings: value } }]
      : []
  )

export const ecg = HttpApiBuilder.group(
  Api,
  "compatEcg",
  Effect.fn(function* (handlers) {
    const access = yield* Access.Access
    const electrocardiography = yield* Electrocardiography.Electrocardiography
    return handlers.handleAll({
      user: ({ payload: { user, password, roles = defaultRoles } }) => {
        const [first, ...others] = roles
        const all = [roleOf(first), ...others.map(roleOf)] as const
        return Effect.map(answer(access.open({ user, password, roles: all })), ({ id }) => ({
          id,
          user,
          roles: [...new Set(roles)]
        }))
      },
      process: Effect.fnUntraced(function* ({ payload }) {
        const actor = yield* Gate.CurrentUser
        const leads = payload.leads.map(({ name, number_of_samples, signal }) => ({
          name,
          samples: signal,
          ...(number_of_samples === undefined ? {} : { numberOfSamples: number_of_samples })
        }))
        const recording = Effect.fromResult(
          Recording.make({ id: payload.id, date: payload.date }, leads, "number_of_samples")
        )
        const body = yield* answer(
          Effect.flatMap(recording, (it) => electrocardiography.submit(actor, it))
        )
        const location = `/ecg/${encodeURIComponent(body.id)}`
        return HttpApiSchema.withHeaders({ body, headers: { location } })
      }),
      read: ({ params }) =>
        Gate.CurrentUser.use((actor) => answer(electrocardiography.find(actor, params.id))).pipe(
          Effect.map((found) =>
            HttpApiSchema.withHeaders({
              body: {
                id: found.id,
                status: found.status,
                ...(found.status === "completed" ? { leads: zeroCrossings(found.metrics) } : {})
              },
              headers: retryAfter(found)
            })
          )
        )
    })
  })
)

const meanAndStd = ({ mean, std }: SensorModel.SensorModel) => ({ mean, std })

export const sensors = HttpApiBuilder.group(
  Api,
  "compatSensors",
  Effect.fn(function* (handlers) {
    const sensing = yield* Sensing.Sensing
    return handlers.handleAll({
      fit: ({ params, payload }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.fit(actor, keyOf(params.sensor_id), known(payload.values)))
        ).pipe(Effect.map((model) => ({ ...meanAndStd(model), count: model.count }))),
      weights: ({ params }) =>
        Effect.map(answer(sensing.weights(keyOf(params.sensor_id))), meanAndStd),
      predict: ({ params, payload }) =>
        Effect.map(
          answer(sensing.predict(keyOf(params.sensor_id), payload.value)),
          ({ alert }) => alert
        ),
      adjust: ({ params }) =>
        Gate.CurrentUser.use((actor) =>
          answer(sensing.adjust(actor, keyOf(params.sensor_id)))
        ).pipe(Effect.map(meanAndStd))
    })
  })
)
