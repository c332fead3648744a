import * as Ports from "@bedside/core/Ports"
import * as Registration from "@bedside/core/Registration"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Given from "./given.ts"

const confirmedAt = Given.instant("2026-03-01T11:30:00.789Z")

export const registration = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Patients who register", () => {
    it.effect("are stored with photo and confirmation, and their mail is offered", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const [patient, photo, confirmation] = Given.registration()
        yield* port.register(patient, photo, confirmation)
        expect(Given.written.patient(yield* port.find(patient.id))).toEqual(
          Given.written.patient(patient)
        )
        const kept = yield* port.photo(patient.id)
        expect(kept.contentType).toBe(photo.contentType)
        expect(Array.from(kept.bytes)).toEqual(Array.from(photo.bytes))
        const { requestedAt, ...others } = yield* port.confirmation(patient.id)
        expect(others).toEqual({
          patientId: patient.id,
          token: confirmation.token,
          status: "pending"
        })
        expect(requestedAt.epochMilliseconds).toBe(confirmation.requestedAt.epochMilliseconds)
        expect(yield* Given.jobUnder(`send-confirmation:${patient.id}`)).toMatchObject({
          kind: "send-confirmation",
          state: "pending",
          attempts: 0,
          lastFailure: null
        })
      })
    )

    it.effect("leave no record, photo, confirmation or job when their e-mail is taken", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const [first, ...rest] = Given.registration()
        yield* port.register(first, ...rest)
        const second = Given.registration(first.email?.toUpperCase())
        expect(yield* Given.refusal(port.register(...second))).toEqual(
          Given.conflict("email-taken", "email")
        )
        const { id } = second[0]
        expect(yield* Given.refusal(port.find(id))).toEqual(Given.notFound("patient"))
        expect(yield* Given.refusal(port.photo(id))).toEqual(Given.notFound("photo"))
        expect(yield* Given.refusal(port.confirmation(id))).toEqual(Given.notFound("registration"))
        expect(yield* Given.jobUnder(`send-confirmation:${id}`)).toBeUndefined()
      })
    )

    it.effect("are one, with one job, when 100 register at once with the same e-mail", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const name = Given.text()
        const registrations = Given.times(100, (index) =>
          Given.registration(`${index % 2 === 0 ? name : name.toUpperCase()}@example.org`)
        )
        const results = yield* Given.atOnce(registrations.map((it) => port.register(...it)))
        expect(Given.successes(results)).toHaveLength(1)
        expect(Given.failures(results).map(({ code }) => code)).toEqual(
          Given.times(99, () => "email-taken")
        )
        const found = yield* Effect.forEach(registrations, ([{ id }]) =>
          Effect.all([
            Effect.option(port.find(id)),
            Effect.option(port.photo(id)),
            Effect.option(port.confirmation(id)),
            Given.jobUnder(`send-confirmation:${id}`)
          ])
        )
        const whole = found.filter(
          ([patient, photo, confirmation, job]) =>
            patient._tag === "Some" &&
            photo._tag === "Some" &&
            confirmation._tag === "Some" &&
            job !== undefined
        )
        const nothing = found.filter(
          ([patient, photo, confirmation, job]) =>
            patient._tag === "None" &&
            photo._tag === "None" &&
            confirmation._tag === "None" &&
            job === undefined
        )
        expect([whole.length, nothing.length]).toEqual([1, 99])
      })
    )

    it.effect("have the status of their confirmation in their record", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const given = Given.registration()
        const [{ id }, , { token }] = given
        yield* port.register(...given)
        const confirm = (text: string) =>
          port.confirm(id, (waiting) => Registration.confirm(waiting, text, confirmedAt))
        expect(yield* Given.refusal(confirm("another token"))).toEqual({ _tag: "WrongToken" })
        expect((yield* port.find(id)).registration).toBe("pending")
        expect((yield* port.confirmation(id)).status).toBe("pending")
        const confirmed = yield* confirm(token)
        expect(confirmed.status).toBe("confirmed")
        expect((yield* port.confirmation(id)).confirmedAt?.epochMilliseconds).toBe(
          confirmedAt.epochMilliseconds
        )
        expect(yield* port.find(id)).toMatchObject({ registration: "confirmed", version: 2 })
      })
    )

    it.effect("are confirmed once when the link is followed many times at once", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const given = Given.registration()
        const [{ id }, , { token }] = given
        yield* port.register(...given)
        const results = yield* Given.atOnce(
          Given.times(10, (index) =>
            port.confirm(id, (waiting) =>
              Registration.confirm(waiting, token, Given.instant(`2026-03-01T11:30:0${index}.000Z`))
            )
          )
        )
        const confirmations = Given.successes(results)
        expect(confirmations).toHaveLength(10)
        const instants = confirmations.map((it) => it.confirmedAt?.epochMilliseconds)
        expect(new Set(instants).size).toBe(1)
        expect((yield* port.find(id)).version).toBe(2)
      })
    )
  })

  describe("Patients who are removed", () => {
    it.effect("leave nothing that was recorded of them, and their ECGs without reference", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const measurements = yield* Ports.Measurements
        const assessments = yield* Ports.Assessments
        const ecgs = yield* Ports.Ecgs
        const given = Given.registration()
        const [patient] = given
        const { id } = patient
        yield* port.register(...given)
        const panel = Given.panelId()
        const [recorded] = yield* measurements.record(
          Given.batch(id, [Given.draft(), Given.draft({ value: 80 })], { panel })
        )
        const saved = yield* assessments.save(Given.assessed(id), () => [])
        const submission = Given.submission(Given.recording({ patientId: id, samplingRate: 360 }))
        yield* ecgs.submit(submission)

        yield* port.remove(id, () => Result.succeed(undefined))

        expect(yield* Given.refusal(port.find(id))).toEqual(Given.notFound("patient"))
        expect(yield* Given.refusal(port.photo(id))).toEqual(Given.notFound("photo"))
        expect(yield* Given.refusal(port.confirmation(id))).toEqual(Given.notFound("registration"))
        const gone = measurements.find(recorded?.id ?? Given.measurementId())
        expect(yield* Given.refusal(gone)).toEqual(Given.notFound("measurement"))
        expect(yield* measurements.history(id, {}, { limit: 10 })).toEqual([])
        expect(yield* measurements.latest(id)).toEqual([])
        expect(yield* measurements.panel(panel)).toEqual([])
        const assessment = assessments.find(saved.id)
        expect(yield* Given.refusal(assessment)).toEqual(Given.notFound("assessment"))
        expect(yield* assessments.list(id, { limit: 10 })).toEqual([])
        const ecg = yield* ecgs.find(submission.owner, submission.recording.id)
        expect(ecg).not.toHaveProperty("patientId")
        expect(ecg.samplingRate).toBe(360)
        const loaded = yield* ecgs.load(submission.recordingId)
        expect(loaded).not.toHaveProperty("patientId")
        expect(loaded.leads).toEqual(submission.recording.leads)
      })
    )

    it.effect("set their e-mail and identifiers free", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const details = {
          email: `${Given.text()}@example.org`,
          identifiers: [{ system: "urn:a", value: Given.text() }]
        }
        const first = yield* Given.patientOnRecord(details)
        yield* port.remove(first.id, () => Result.succeed(undefined))
        const second = yield* Given.patientOnRecord(details)
        expect(yield* port.find(second.id)).toMatchObject(details)
      })
    )

    it.effect("stay whole when the decision fails", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const measurements = yield* Ports.Measurements
        const patient = yield* Given.patientOnRecord()
        yield* measurements.record(Given.batch(patient.id, [Given.draft()]))
        const removed = port.remove(patient.id, ({ version }) => Result.fail(`at ${version}`))
        expect(yield* Effect.flip(removed)).toBe("at 1")
        expect((yield* port.find(patient.id)).id).toBe(patient.id)
        expect(yield* measurements.latest(patient.id)).toHaveLength(1)
      })
    )

    it.effect("leave nothing behind of what comes in while they go", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Patients
        const measurements = yield* Ports.Measurements
        const { id } = yield* Given.patientOnRecord()
        const records = Given.times(10, (index) =>
          Effect.asVoid(measurements.record(Given.batch(id, [Given.draft({ value: 60 + index })])))
        )
        const gone = port.remove(id, () => Result.succeed(undefined))
        const results = yield* Given.atOnce([
          ...records.slice(0, 5),
          gone,
          ...records.slice(5),
          gone
        ])
        expect(Given.failures(results).map(({ _tag }) => _tag)).toContain("NotFound")
        expect(yield* measurements.history(id, {}, { limit: 10 })).toEqual([])
      })
    )
  })
}
