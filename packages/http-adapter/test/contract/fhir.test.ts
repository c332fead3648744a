import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describeWithData, readJson } from "../../../../test/data.ts"
import * as Server from "./server.ts"

const place = "/api/v1/fhir"
const type = "application/fhir+json"

const clinician = Effect.gen(function* () {
  const server = yield* Server.serve()
  return { ...(yield* server.as("clinician")), server }
})

type Caller = Pick<Server.Caller, "get" | "send">

const sendTo = (caller: Caller) => (bundle: unknown) =>
  caller.send("POST", place, JSON.stringify(bundle), { "content-type": type })

interface Entry {
  readonly resource: { readonly [element: string]: unknown; readonly id?: string }
  readonly [element: string]: unknown
}

const hospital = "urn:hospital"

const patient = (elements: object = {}) => ({
  resourceType: "Patient",
  id: "a",
  identifier: [{ system: hospital, value: "17" }],
  name: [{ family: "Byron", given: ["Ada"] }],
  birthDate: "1990-12-10",
  ...elements
})

const temperature = (value: number, elements: object = {}) => ({
  resourceType: "Observation",
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "8310-5" }] },
  subject: { reference: "Patient/a" },
  effectiveDateTime: "2026-03-01T10:00:00+01:00",
  valueQuantity: { value, system: "http://unitsofmeasure.org", code: "Cel" },
  ...elements
})

const bundle = (kind: string, ...resources: ReadonlyArray<object>) => ({
  resourceType: "Bundle",
  type: kind,
  entry: resources.map((resource) => ({ resource }))
})

const asked = (
  method: "POST" | "PUT",
  resource: { readonly resourceType: string; readonly id?: string }
) => ({
  resource,
  request: {
    method,
    url: method === "POST" ? resource.resourceType : `${resource.resourceType}/${resource.id ?? ""}`
  }
})

const transaction = (...entry: ReadonlyArray<ReturnType<typeof asked>>) => ({
  resourceType: "Bundle",
  type: "transaction",
  entry
})

const statuses = ({ body }: Server.Answer): ReadonlyArray<string> =>
  body.entry.map(({ response }: { response: { status: string } }) => response.status)

const issuesOf = (body: {
  issue: ReadonlyArray<{ code: string; expression: ReadonlyArray<string> }>
}) => body.issue.map(({ code, expression }) => `${expression.join()}: ${code}`)

const patientsOf = ({ get }: Caller) =>
  Effect.map(get("/api/v1/patients"), ({ body }) => body.items)

const locationOf = ({ body }: Server.Answer, at: number): string => body.entry[at].response.location

const exported = (caller: Caller, answer: Server.Answer) =>
  caller.get(`/api/v1/patients/${locationOf(answer, 0).slice("Patient/".length)}/fhir`)

describe("POST /api/v1/fhir", () => {
  it.live("imports patients and readings, and nothing the second time", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const sent = bundle("collection", patient(), temperature(38), { resourceType: "Encounter" })
      const first = yield* sendTo(caller)(sent)
      expect([first.status, first.headers.get("content-type")]).toEqual([200, type])
      expect(first.body.type).toBe("batch-response")
      expect(statuses(first)).toEqual(["201", "201", "200"])
      expect(locationOf(first, 1)).toMatch(/^Observation\//)
      expect(issuesOf(first.body.entry[2].response.outcome)).toEqual([
        "Bundle.entry[2]: not-supported"
      ])
      const again = yield* caller.post(place, sent)
      expect(statuses(again)).toEqual(["200", "200", "200"])
      expect([locationOf(again, 0), locationOf(again, 1)]).toEqual([
        locationOf(first, 0),
        locationOf(first, 1)
      ])
      expect(yield* patientsOf(caller)).toMatchObject([
        { familyName: "Byron", identifiers: [{ system: hospital, value: "17" }], version: 1 }
      ])
    })
  )

  it.live("attaches readings to a record that is there, which POST leaves and PUT changes", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const send = sendTo(caller)
      yield* caller.post("/api/v1/patients", {
        givenName: "Ada",
        familyName: "Lovelace",
        ageYears: 35,
        conditions: ["asthma"],
        identifiers: [
          { system: "urn:bedside:roster", value: "3" },
          { system: hospital, value: "17" }
        ]
      })
      expect(
        statuses(yield* send(transaction(asked("POST", patient()), asked("POST", temperature(38)))))
      ).toEqual(["200", "201"])
      expect(yield* patientsOf(caller)).toMatchObject([{ familyName: "Lovelace", version: 1 }])
      const more = patient({
        id: Server.absent,
        identifier: [
          { system: hospital, value: "17" },
          { system: "urn:clinic", value: "B" }
        ]
      })
      const put = transaction(asked("PUT", more))
      expect(statuses(yield* send(put))).toEqual(["200"])
      expect(statuses(yield* send(put))).toEqual(["200"])
      expect(yield* patientsOf(caller)).toMatchObject([
        {
          familyName: "Byron",
          birthDate: "1990-12-10",
          conditions: ["asthma"],
          version: 2,
          identifiers: [
            { system: "urn:bedside:roster", value: "3" },
            { system: hospital, value: "17" },
            { system: "urn:clinic", value: "B" }
          ]
        }
      ])
    })
  )

  it.live("answers what is no bundle with 400 and an OperationOutcome", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      for (const sent of [{}, { resourceType: "Patient" }, { ...bundle("history"), entry: 7 }]) {
        const { status, headers, body } = yield* sendTo(caller)(sent)
        expect([status, headers.get("content-type")]).toEqual([400, type])
        expect(body.resourceType).toBe("OperationOutcome")
        expect(body.issue.length).toBeGreaterThan(0)
      }
    })
  )

  it.live("stores nothing of a transaction with a refused entry, and says which", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const send = sendTo(caller)
      const hot = temperature(380)
      const refused = yield* send(transaction(asked("POST", patient()), asked("POST", hot)))
      expect(refused.status).toBe(422)
      expect(issuesOf(refused.body)).toEqual([
        "Bundle.entry[1].resource.valueQuantity.value: value"
      ])
      const nobody = temperature(38, { subject: { reference: `Patient/${Server.absent}` } })
      const unknown = yield* send(transaction(asked("POST", patient()), asked("POST", nobody)))
      expect([unknown.status, issuesOf(unknown.body)]).toEqual([
        422,
        ["Bundle.entry[1].resource.subject: not-found"]
      ])
      const unborn = yield* send(
        transaction(
          asked("POST", patient()),
          asked("POST", patient({ id: "b", identifier: [], birthDate: "2999-01-01" }))
        )
      )
      expect([unborn.status, issuesOf(unborn.body)]).toEqual([
        422,
        ["Bundle.entry[1].resource.birthDate: value"]
      ])
      expect(yield* patientsOf(caller)).toEqual([])
      const batch = yield* send(bundle("collection", patient(), hot, nobody, temperature(38)))
      expect(statuses(batch)).toEqual(["201", "422", "404", "201"])
      expect(batch.text).not.toContain("380")
    })
  )

  it.live("refuses identifiers of two records, and leaves both as they are", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const send = sendTo(caller)
      const identified = (value: string) => ({ identifier: [{ system: hospital, value }] })
      yield* send(
        bundle("collection", patient(identified("1")), patient({ id: "b", ...identified("2") }))
      )
      const both = patient({
        identifier: [...identified("1").identifier, ...identified("2").identifier]
      })
      const answer = yield* send(bundle("collection", both, temperature(38)))
      expect(statuses(answer)).toEqual(["409", "409"])
      expect(issuesOf(answer.body.entry[1].response.outcome)).toEqual([
        "Bundle.entry[1].resource.subject: duplicate"
      ])
      const refused = yield* send(transaction(asked("POST", both), asked("POST", temperature(38))))
      expect(refused.status).toBe(422)
      expect(
        (yield* patientsOf(caller)).map(({ version }: { version: number }) => version)
      ).toEqual([1, 1])
    })
  )

  it.live("tells of a reading that contradicts what is on record, at its place", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const send = sendTo(caller)
      const pressure = (code: string, value: number) =>
        temperature(value, {
          code: { coding: [{ system: "http://loinc.org", code }] },
          valueQuantity: { value, system: "http://unitsofmeasure.org", code: "mm[Hg]" }
        })
      yield* send(bundle("collection", patient(), pressure("8480-6", 120)))
      const high = pressure("8462-4", 130)
      const batch = yield* send(bundle("collection", patient(), high, temperature(38)))
      expect(statuses(batch)).toEqual(["200", "422", "201"])
      expect(issuesOf(batch.body.entry[1].response.outcome)).toEqual([
        "Bundle.entry[1].resource.valueQuantity: value"
      ])
      const refused = yield* send(
        transaction(asked("POST", patient()), asked("POST", high), asked("POST", temperature(39)))
      )
      expect([refused.status, issuesOf(refused.body)]).toEqual([
        422,
        ["Bundle.entry[1].resource.valueQuantity: value"]
      ])
      const { body } = yield* exported(caller, batch)
      expect(JSON.stringify(body)).not.toContain(`"value":39`)
    })
  )

  it.live("takes a patient who is imported many times at once as one", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const sent = bundle("collection", patient(), temperature(38))
      const answers = yield* Effect.forEach(
        Array.from({ length: 8 }, () => sent),
        sendTo(caller),
        { concurrency: "unbounded" }
      )
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
      expect(answers.filter((it) => statuses(it)[1] === "201")).toHaveLength(1)
      expect(yield* patientsOf(caller)).toHaveLength(1)
    })
  )

  it.live("is not led astray by a resource that is nested without end", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`
      const sent = (resource: string) =>
        `{"resourceType":"Bundle","type":"collection","entry":[{"resource":${resource}}]}`
      const send = (text: string) => caller.send("POST", place, text, { "content-type": type })
      expect(statuses(yield* send(sent(deep)))).toEqual(["422"])
      const observed = JSON.stringify(temperature(38, { note: "deep" })).replace('"deep"', deep)
      expect(statuses(yield* send(sent(observed)))).toEqual(["422"])
      const strange = `{"resourceType":"Patient","extension":${deep}}`
      expect(statuses(yield* send(sent(strange)))).toEqual(["422"])
      expect((yield* send(`{"resourceType":${deep}}`)).status).toBe(400)
    })
  )

  it.live("is bounded at 64 MiB, far above other bodies", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const text = "x".repeat(2 * 1024 * 1024)
      const note = { resourceType: "DocumentReference", text }
      expect((yield* sendTo(caller)(bundle("collection", note))).status).toBe(200)
      const huge = bundle("collection", { ...note, text: text.repeat(33) })
      expect((yield* sendTo(caller)(huge)).status).toBe(413)
    })
  )
})

describe("GET /api/v1/patients/{id}/fhir", () => {
  it.live("has the patient, the measurements and the scores with what each is derived from", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const answer = yield* sendTo(caller)(bundle("collection", patient(), temperature(39.5)))
      yield* caller.server.work
      const { status, headers, body } = yield* exported(caller, answer)
      expect([status, headers.get("content-type")]).toEqual([200, type])
      expect(body.entry.map(({ resource }: Entry) => resource["resourceType"])).toEqual([
        "Patient",
        "Observation",
        "Observation"
      ])
      const score = body.entry[2].resource
      expect(score.derivedFrom).toEqual([{ reference: body.entry[1].fullUrl }])
      expect((yield* caller.get(`/api/v1/patients/${Server.absent}/fhir`)).status).toBe(404)
    })
  )

  it.live("has every measurement, however many pages they take", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const many = Array.from({ length: 2500 }, (_, at) =>
        temperature(36 + (at % 30) / 10, {
          effectiveDateTime: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString()
        })
      )
      const answer = yield* sendTo(caller)(bundle("collection", patient(), ...many))
      expect(new Set(statuses(answer))).toEqual(new Set(["201"]))
      const { body } = yield* exported(caller, answer)
      expect(
        body.entry.filter(({ resource }: Entry) => resource["resourceType"] === "Observation")
      ).toHaveLength(2500)
    })
  )
})

/** An export without what each server gives a measurement itself: its id, and when it was stored. */
const lasting = ({ body }: Server.Answer): ReadonlyArray<string> =>
  body.entry
    .map(({ resource: { id, issued: _, ...resource } }: Entry) =>
      JSON.stringify(resource["resourceType"] === "Patient" ? { id, ...resource } : resource)
    )
    .toSorted()

const goesRound = Effect.fnUntraced(function* (sent: unknown) {
  const here = yield* clinician
  const first = yield* sendTo(here)(sent)
  expect(first.status).toBe(200)
  expect(statuses(first)).toContain("201")
  const again = yield* sendTo(here)(sent)
  expect(new Set(statuses(again))).toEqual(new Set(["200"]))
  const out = yield* exported(here, first)
  const there = yield* clinician
  const back = yield* sendTo(there)(out.body)
  expect(back.body.type).toBe("transaction-response")
  expect(new Set(statuses(back))).toEqual(new Set(["201"]))
  expect(lasting(yield* exported(there, back))).toEqual(lasting(out))
  const [one] = yield* patientsOf(here)
  const [other] = yield* patientsOf(there)
  const { createdAt: _, updatedAt: __, ...kept } = one
  expect(other).toMatchObject(kept)
  return { first, out }
})

describeWithData("synthea_fhir_r4", "the bundles of Synthea over HTTP", (folder) => {
  it.live.each(readdirSync(folder).filter((file) => file.endsWith(".json")))(
    "%s: imported, imported again, exported, and imported elsewhere as the same",
    (file) =>
      Effect.gen(function* () {
        const { first, out } = yield* goesRound(readJson(join(folder, file)))
        expect(first.body.type).toBe("transaction-response")
        expect(out.body.entry.length).toBeGreaterThan(50)
      })
  )
})

describeWithData("us_core_examples", "the examples of US Core over HTTP", (folder) => {
  it.live("go round as the bundles of Synthea do", () =>
    Effect.gen(function* () {
      const files = readdirSync(folder).filter((file) => file.endsWith(".json"))
      const example = patient({ id: "example" })
      const resources = files.map((file) => Object(readJson(join(folder, file))))
      const { out } = yield* goesRound(bundle("collection", example, ...resources))
      // Seven Observations of eight vital signs.
      expect(out.body.entry).toHaveLength(8)
    })
  )
})
