/** Handlers of patients, registrations and assessments. */
import * as Admission from "@bedside/core/Admission"
import * as Monitoring from "@bedside/core/Monitoring"
import type * as Patient from "@bedside/core/Patient"
import * as SecondOpinion from "@bedside/core/SecondOpinion"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { Api } from "../../Api.ts"
import { pageOf, root } from "../api/Endpoints.ts"
import * as Version from "../../Version.ts"
import { answer, rowOutcome } from "../answer.ts"
import * as RegistrationForm from "../registrationForm.ts"

const versioned = (patient: Patient.Patient) =>
  HttpApiSchema.withHeaders({ body: patient, headers: { etag: Version.tag(patient.version) } })

export const patients = HttpApiBuilder.group(
  Api,
  "patients",
  Effect.fn(function* (handlers) {
    const admission = yield* Admission.Admission
    return handlers.handleAll({
      admit: ({ payload }) =>
        Effect.map(answer(admission.admit(payload)), (patient) =>
          HttpApiSchema.withHeaders({
            body: patient,
            headers: {
              location: `${root}/patients/${patient.id}`,
              etag: Version.tag(patient.version)
            }
          })
        ),
      list: ({ query }) => answer(admission.list(pageOf(query))),
      importRoster: ({ payload }) =>
        Effect.map(answer(admission.importRoster(payload)), (rows) => rows.map(rowOutcome)),
      find: ({ params }) => Effect.map(answer(admission.find(params.id)), versioned),
      change: ({ params, headers, payload }) =>
        Version.required(headers["if-match"]).pipe(
          Effect.flatMap((version) => answer(admission.change(params.id, version, payload))),
          Effect.map(versioned)
        ),
      remove: ({ params, headers }) =>
        Effect.flatMap(Version.optional(headers["if-match"]), (version) =>
          version === undefined
            ? answer(admission.erase(params.id))
            : answer(admission.eraseAt(params.id, version))
        ),
      photo: ({ params }) => Effect.map(answer(admission.photo(params.id)), ({ bytes }) => bytes)
    })
  })
)

export const registrations = HttpApiBuilder.group(
  Api,
  "registrations",
  Effect.fn(function* (handlers) {
    const admission = yield* Admission.Admission
    return handlers.handleAll({
      register: Effect.fnUntraced(function* ({ payload }) {
        const { person, photo } = yield* answer(RegistrationForm.read(payload))
        const body = yield* answer(admission.register(person, photo))
        const location = `${root}/registrations/${body.id}`
        return HttpApiSchema.withHeaders({ body, headers: { location } })
      }),
      confirm: ({ params, query }) =>
        Effect.map(answer(admission.confirm(params.id, query.token)), ({ patientId, status }) => ({
          id: patientId,
          status
        }))
    })
  })
)

export const assessments = HttpApiBuilder.group(
  Api,
  "assessments",
  Effect.fn(function* (handlers) {
    const monitoring = yield* Monitoring.Monitoring
    const secondOpinion = yield* SecondOpinion.SecondOpinion
    return handlers.handleAll({
      list: ({ params, query }) => answer(monitoring.assessmentsOf(params.id, pageOf(query))),
      latest: ({ params }) => answer(monitoring.latestAssessment(params.id)),
      secondOpinion: ({ params }) => answer(secondOpinion.ask(params.id))
    })
  })
)
