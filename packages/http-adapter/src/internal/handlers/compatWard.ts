/** Handlers of the replaced hospital system's patient and measurement routes. */
import * as Admission from "@bedside/core/Admission"
import * as Invalid from "@bedside/core/Invalid"
import type * as Measurement from "@bedside/core/Measurement"
import * as Monitoring from "@bedside/core/Monitoring"
import type * as Page from "@bedside/core/Page"
import * as Patient from "@bedside/core/Patient"
import * as Timestamp from "@bedside/core/Timestamp"
import type * as Vital from "@bedside/core/Vital"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { Api } from "../../Api.ts"
import type * as Compat from "../api/Compat.ts"
import { pageOf, root } from "../api/Endpoints.ts"
import * as CopyAge from "../../CopyAge.ts"
import * as Gate from "../../Gate.ts"
import { answer } from "../answer.ts"

/** The fields of the old form, with the vital and the unit that each stands for. */
const fields = [
  ["temperature_celsius", "temperature", "Cel"],
  ["blood_pressure_sys", "systolic-pressure", "mm[Hg]"],
  ["blood_pressure_dias", "diastolic-pressure", "mm[Hg]"],
  ["body_weight", "weight", "kg"],
  ["height_cm", "height", "cm"],
  ["stroke", "stroke", undefined],
  ["diabetes", "diabetes", undefined]
] as const satisfies ReadonlyArray<readonly [keyof Compat.Form, Vital.Code, string | undefined]>

const oldPatient = (patient: Patient.Patient, today: string): Compat.OldPatient => ({
  id: patient.id,
  first_name: patient.givenName,
  last_name: patient.familyName,
  age: Patient.ageOn(patient, today) ?? null,
  condition: patient.conditions.join("; ")
})

const today = Effect.map(DateTime.now, (now) => DateTime.formatIsoDateUtc(now))

/** The header that leads to the next page. */
const link = (path: string, { next }: Page.Page<unknown>, limit: number) =>
  next === null
    ? {}
    : { link: `<${path}?limit=${limit}&cursor=${encodeURIComponent(next)}>; rel="next"` }

interface Sent {
  readonly field: string
  readonly reading: Measurement.Reading
}

const readings = (form: Compat.Form, observedAt: Timestamp.Timestamp): ReadonlyArray<Sent> =>
  fields.flatMap(([field, vital, unit]): ReadonlyArray<Sent> => {
    const value = form[field]
    if (value === undefined) return []
    return [
      {
        field,
        reading: {
          vital,
          value: typeof value === "boolean" ? (value ? "yes" : "no") : value,
          ...(unit === undefined ? {} : { unit }),
          observedAt
        }
      }
    ]
  })

/** Names the fields of the form in the problems of its readings. */
const inForm = (error: Invalid.Invalid, sent: ReadonlyArray<Sent>) =>
  Invalid.of(
    error.issues.map((issue) => {
      const index = Number(/^\[(\d+)\]/.exec(issue.path)?.[1])
      return { ...issue, path: sent[index]?.field ?? issue.path }
    })
  )

const value = (measurement: Measurement.Measurement): Partial<Compat.Form> => {
  const field = fields.find(([, vital]) => vital === measurement.vital)?.[0]
  if (field === undefined) return {}
  const flag = typeof measurement.value === "string"
  return { [field]: flag ? measurement.value === "yes" : measurement.value }
}

const storedForm = (parts: Monitoring.Form): Compat.StoredForm => {
  const [first] = parts
  const form: Compat.StoredForm = {
    id: first.panel ?? first.id,
    patient_id: first.patientId,
    created_at: DateTime.formatIso(first.receivedAt)
  }
  return Object.assign(form, ...parts.map(value))
}

const listPatients = (admission: Admission.Admission["Service"]) =>
  Effect.fnUntraced(function* ({ query }: { readonly query: Parameters<typeof pageOf>[0] }) {
    const request = pageOf(query, 1_000)
    const page = yield* answer(admission.list(request))
    const day = yield* today
    return HttpApiSchema.withHeaders({
      body: page.items.map((patient) => oldPatient(patient, day)),
      headers: link(`${root}/patient/list`, page, request.limit)
    })
  })

export const patients = HttpApiBuilder.group(
  Api,
  "compatPatients",
  Effect.fn(function* (handlers) {
    const admission = yield* Admission.Admission
    const monitoring = yield* Monitoring.Monitoring
    const age = yield* CopyAge.CopyAge
    const list = listPatients(admission)
    return handlers.handleAll({
      admit: Effect.fnUntraced(function* ({ payload }) {
        const { first_name, last_name, age, condition } = payload
        const patient = yield* answer(
          admission.admit({
            givenName: first_name,
            familyName: last_name,
            ageYears: age,
            conditions: condition === "" ? [] : [condition]
          })
        )
        return HttpApiSchema.withHeaders({
          body: oldPatient(patient, yield* today),
          headers: { location: `${root}/patient/${patient.id}` }
        })
      }),
      list,
      listByPost: list,
      find: Effect.fnUntraced(function* ({ params }) {
        const patient = yield* answer(admission.find(params.id))
        const latest = yield* CopyAge.told(age, params.id, answer(monitoring.latest(params.id)))
        const measurements = latest.map((it) => ({
          ...storedForm([it]),
          vital: it.vital,
          value: it.value,
          ...(it.unit === undefined ? {} : { unit: it.unit })
        }))
        return { ...oldPatient(patient, yield* today), measurements }
      }),
      remove: ({ params }) =>
        Effect.as(answer(admission.erase(params.id)), { id: params.id, deleted: true as const })
    })
  })
)

const listForms = (monitoring: Monitoring.Monitoring["Service"]) =>
  Effect.fnUntraced(function* ({ query }: { readonly query: Parameters<typeof pageOf>[0] }) {
    const actor = yield* Gate.CurrentUser
    const request = pageOf(query, 1_000)
    const page = yield* answer(monitoring.forms(actor, request))
    return HttpApiSchema.withHeaders({
      body: page.items.map(storedForm),
      headers: link(`${root}/measurements/list`, page, request.limit)
    })
  })

export const measurements = HttpApiBuilder.group(
  Api,
  "compatMeasurements",
  Effect.fn(function* (handlers) {
    const monitoring = yield* Monitoring.Monitoring
    const list = listForms(monitoring)
    return handlers.handleAll({
      record: Effect.fnUntraced(function* ({ params, payload }) {
        const actor = yield* Gate.CurrentUser
        const now = yield* Clock.currentTimeMillis
        const sent = readings(payload, Timestamp.at(now))
        const parts = yield* answer(
          monitoring
            .recordPanel(
              actor,
              params.id,
              sent.map(({ reading }) => reading)
            )
            .pipe(Effect.catchTag("Invalid", (error) => Effect.fail(inForm(error, sent))))
        )
        return storedForm(parts)
      }),
      list,
      listByPost: list,
      remove: ({ params }) =>
        Effect.as(answer(monitoring.removeForm(params.id)), {
          id: params.id,
          deleted: true as const
        })
    })
  })
)
