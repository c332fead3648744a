import { describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import type * as FhirResource from "../../src/fhir/FhirResource.ts"
import * as Admission from "../../src/monitoring/Admission.ts"
import * as Interchange from "../../src/monitoring/Interchange.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import { collection, observation, patient } from "../fhir/bundles.ts"
import { actor, on } from "./ward.ts"

const put = (id: string, elements: object = {}) => ({
  resourceType: "Bundle",
  type: "transaction",
  entry: [
    {
      resource: { ...patient({ id, ...elements }) },
      request: { method: "PUT", url: `Patient/${id}` }
    }
  ]
})

const imported = (json: unknown) =>
  Interchange.Interchange.use((it) => it.importBundle(actor("clinician"), json))

const statuses = ({ entry }: FhirResource.Answer) => entry.map(({ response }) => response.status)

const all = Ports.Patients.use((it) => it.list({ limit: 100 }))

const id = "01890a5d-ac96-774b-bcce-b302099a8057"

describe("Interchange", () => {
  it.effect("makes the record that PUT asks for under its id, and finds it by that alone", () =>
    on(
      Effect.gen(function* () {
        const sent = put(id, { identifier: [] })
        expect(statuses(yield* imported(sent))).toEqual(["201"])
        expect(statuses(yield* imported(sent))).toEqual(["200"])
        expect((yield* all).map((it) => [it.id, it.identifiers, it.version])).toEqual([[id, [], 1]])
      })
    )
  )

  it.effect("changes by PUT what the resource says, and counts a version only for news", () =>
    on(
      Effect.gen(function* () {
        yield* imported(put(id))
        const versions = Effect.map(all, (them) => them.map((it) => it.version))
        yield* imported(put(id))
        expect(yield* versions).toEqual([1])
        yield* imported(put(id, { gender: "other" }))
        yield* imported(put(id, { gender: "other" }))
        expect(yield* versions).toEqual([2])
      })
    )
  )

  it.effect(
    "refuses a Patient with the e-mail address of another, and what is observed of them",
    () =>
      on(
        Effect.gen(function* () {
          const email = "ada@example.org"
          const details = { givenName: "Ada", familyName: "Byron", birthDate: "1990-12-10", email }
          yield* Admission.Admission.use((it) => it.admit(details))
          const telecom = [{ system: "email", value: email }]
          const { entry } = yield* imported(collection(patient({ telecom }), observation()))
          expect(entry.map(({ response }) => response.status)).toEqual(["409", "409"])
          expect(entry.map(({ response }) => response.outcome?.issue[0]?.expression)).toEqual([
            ["Bundle.entry[0].resource.telecom"],
            ["Bundle.entry[1].resource.subject"]
          ])
          expect(yield* all).toHaveLength(1)
        })
      )
  )

  it.effect("finds a patient whom somebody else put on record in between", () =>
    on(
      Effect.gen(function* () {
        const store = yield* Ports.Patients
        yield* imported(collection(patient()))
        let looked = 0
        // The first look comes too early to see the record.
        const late: Ports.Patients["Service"] = {
          ...store,
          identified: (identifiers) =>
            ++looked === 1 ? Effect.succeed([]) : store.identified(identifiers)
        }
        const interchange = yield* Interchange.Interchange.make.pipe(
          Effect.provideService(Ports.Patients, late),
          Effect.provide(SecureRandom.layerWebCrypto)
        )
        const bundle = collection(patient(), observation())
        const answer = yield* interchange.importBundle(actor("clinician"), bundle)
        expect(statuses(answer)).toEqual(["200", "201"])
        expect([looked, (yield* all).length]).toEqual([2, 1])
      })
    )
  )

  it.effect("says of each entry of a patient who is not on record that they are not", () =>
    on(
      Effect.gen(function* () {
        const subject = { reference: `Patient/${id}` }
        const answer = yield* imported(collection(observation({ subject }), patient()))
        expect(statuses(answer)).toEqual(["404", "201"])
      })
    )
  )

  it.effect("refuses what is observed of a Patient who is refused, and tells both why", () =>
    on(
      Effect.gen(function* () {
        const unborn = patient({ birthDate: "2999-01-01" })
        const { entry } = yield* imported(collection(unborn, observation()))
        expect(
          entry.map(({ response: { outcome, status } }) => [
            status,
            ...(outcome?.issue ?? []).map(({ code, expression }) => `${expression.join()}: ${code}`)
          ])
        ).toEqual([
          ["422", "Bundle.entry[0].resource.birthDate: value"],
          ["422", "Bundle.entry[1].resource.subject: not-found"]
        ])
        expect(yield* all).toEqual([])
      })
    )
  )

  it.effect("refuses a transaction that would change a record into what it cannot be", () =>
    on(
      Effect.gen(function* () {
        yield* imported(put(id))
        const refused = yield* Effect.flip(imported(put(id, { birthDate: "2999-01-01" })))
        expect(refused).toMatchObject({
          _tag: "NotAcceptable",
          issues: [{ expression: ["Bundle.entry[0].resource.birthDate"] }]
        })
        expect((yield* all).map((it) => [it.birthDate, it.version])).toEqual([["1990-12-10", 1]])
      })
    )
  )
})
