import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Admission from "../../src/monitoring/Admission.ts"
import * as Jobs from "../../src/monitoring/Jobs.ts"
import * as Monitoring from "../../src/monitoring/Monitoring.ts"
import * as Notifying from "../../src/monitoring/Notifying.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Ward from "./ward.ts"

type Failure = Notifying.Undeliverable | Notifying.ChannelDown

/** A channel that keeps what it sent, and first fails as often as it is told. */
const channel = (
  name: string,
  failures: ReadonlyArray<Effect.Effect<never, Failure>> = [],
  takes: Notifying.Channel["takes"] = () => true
) => {
  const sent: Array<Notifying.Notice> = []
  const pending = [...failures]
  return {
    name,
    sent,
    takes,
    send: (notice: Notifying.Notice) =>
      Effect.suspend(() => pending.shift() ?? Effect.sync(() => void sent.push(notice)))
  }
}

const down = Effect.fail(new Notifying.ChannelDown({ reason: "451 try again" }))
const refused = Effect.fail(new Notifying.Undeliverable({ reason: "550 no such mailbox" }))

const over = (...channels: ReadonlyArray<Notifying.Channel>) =>
  Notifying.Notifying.layer.pipe(Layer.provide(Layer.succeed(Notifying.Channels, channels)))

const register = Admission.Admission.use((admission) =>
  Effect.map(
    admission.register(
      {
        givenName: "José",
        familyName: "O'Brien",
        email: "jose@example.org",
        phone: "+4915112345678"
      },
      { contentType: "image/webp", bytes: Uint8Array.of(1) }
    ),
    ({ id }) => id
  )
)

const absentAssessment = Jobs.AssessmentId.make("01890a5d-ac96-774b-bcce-b302099a8057")

describe("Notifying.sendConfirmation", () => {
  it.effect("sends the secret of the link by every channel that takes it", () => {
    const mail = channel("mail")
    const sms = channel("sms")
    const none = channel("none", [], () => false)
    return Ward.on(
      Effect.gen(function* () {
        const id = yield* register
        const patients = yield* Ports.Patients
        const notifying = yield* Notifying.Notifying
        yield* notifying.sendConfirmation(id)
        const notice = {
          _tag: "ConfirmRegistration",
          key: `registration:${id}`,
          patient: yield* patients.find(id),
          token: (yield* patients.confirmation(id)).token
        }
        expect([mail.sent, sms.sent, none.sent]).toEqual([[notice], [notice], []])
      }).pipe(Effect.provide(over(mail, sms, none)))
    )
  })

  it.effect("sends once by each channel however often the job runs", () => {
    const mail = channel("mail")
    return Ward.on(
      Effect.gen(function* () {
        const id = yield* register
        const notifying = yield* Notifying.Notifying
        yield* notifying.sendConfirmation(id)
        yield* notifying.sendConfirmation(id)
        expect(mail.sent).toHaveLength(1)
      }).pipe(Effect.provide(over(mail)))
    )
  })

  it.effect(
    "fails for now when a channel is down, and then repeats only what did not go out",
    () => {
      const mail = channel("mail", [down])
      const sms = channel("sms")
      return Ward.on(
        Effect.gen(function* () {
          const id = yield* register
          const notifying = yield* Notifying.Notifying
          expect(yield* Effect.flip(notifying.sendConfirmation(id))).toMatchObject({
            _tag: "ChannelDown",
            reason: "451 try again"
          })
          expect([mail.sent.length, sms.sent.length]).toEqual([0, 1])
          yield* notifying.sendConfirmation(id)
          expect([mail.sent.length, sms.sent.length]).toEqual([1, 1])
        }).pipe(Effect.provide(over(mail, sms)))
      )
    }
  )

  it.effect("fails for good when a channel never will deliver, after the others did", () => {
    const mail = channel("mail", [refused])
    const sms = channel("sms")
    return Ward.on(
      Effect.gen(function* () {
        const id = yield* register
        const notifying = yield* Notifying.Notifying
        expect(yield* Effect.flip(notifying.sendConfirmation(id))).toEqual(
          Ward.refusedJob("550 no such mailbox")
        )
        expect(sms.sent).toHaveLength(1)
      }).pipe(Effect.provide(over(mail, sms)))
    )
  })

  it.effect("fails for now rather than for good while another channel may still deliver", () => {
    const mail = channel("mail", [refused])
    const sms = channel("sms", [down])
    return Ward.on(
      Effect.gen(function* () {
        const id = yield* register
        const notifying = yield* Notifying.Notifying
        const failure = yield* Effect.flip(notifying.sendConfirmation(id))
        expect(failure._tag).toBe("ChannelDown")
      }).pipe(Effect.provide(over(mail, sms)))
    )
  })

  it.effect("takes a channel with a defect for one that is down, and says nothing of it", () => {
    const mail = channel("mail", [Effect.die(new Error("jose@example.org is not a string"))])
    const sms = channel("sms")
    return Ward.on(
      Effect.gen(function* () {
        const id = yield* register
        const notifying = yield* Notifying.Notifying
        const failure = yield* Effect.flip(notifying.sendConfirmation(id))
        expect(failure).toMatchObject({ _tag: "ChannelDown", reason: "defect in mail" })
        expect(sms.sent).toHaveLength(1)
      }).pipe(Effect.provide(over(mail, sms)))
    )
  })

  it.effect("has nothing to send to who confirmed, and refuses for good who is not there", () => {
    const mail = channel("mail")
    return Ward.on(
      Effect.gen(function* () {
        const id = yield* register
        const admission = yield* Admission.Admission
        const notifying = yield* Notifying.Notifying
        const { token } = yield* Ports.Patients.use((patients) => patients.confirmation(id))
        yield* admission.confirm(id, token)
        yield* notifying.sendConfirmation(id)
        expect(mail.sent).toEqual([])
        yield* admission.erase(id)
        expect(yield* Effect.flip(notifying.sendConfirmation(id))).toEqual(
          Ward.refusedJob("no such registration")
        )
      }).pipe(Effect.provide(over(mail)))
    )
  })
})

describe("Notifying.notify", () => {
  it.effect("tells of an assessment once for each band it reached", () => {
    const pager = channel("pager")
    return Ward.on(
      Effect.gen(function* () {
        const ada = Ward.actor("clinician")
        const monitoring = yield* Monitoring.Monitoring
        const notifying = yield* Notifying.Notifying
        const { id } = yield* Ward.admit()
        const record = (heartRate: number) =>
          monitoring.record(ada, id, [
            ...Ward.received(...Ward.healthy("10:00").slice(0, 4)),
            ...Ward.received(Ward.reading("consciousness", "voice")),
            ...Ward.received(Ward.reading("temperature", 35.5, "Cel")),
            ...Ward.received(Ward.reading("heart-rate", heartRate, "/min"))
          ])
        const assess = Effect.andThen(monitoring.assess(id), monitoring.latestAssessment(id))

        yield* record(100)
        const medium = yield* assess
        expect(medium).toMatchObject({ total: 5, band: "medium" })
        yield* notifying.notify(medium.id)
        yield* notifying.notify(medium.id)

        yield* record(135)
        const high = yield* assess
        expect(high).toMatchObject({ id: medium.id, total: 7, band: "high" })
        yield* notifying.notify(high.id)

        expect(pager.sent.map(({ key }) => key)).toEqual([
          `assessment:${medium.id}:medium`,
          `assessment:${medium.id}:high`
        ])
        expect((yield* Ward.jobs).filter((it) => it.startsWith("notify"))).toEqual([
          `notify:${medium.id}:medium`,
          `notify:${medium.id}:high`
        ])
      }).pipe(Effect.provide(over(pager)))
    )
  })

  it.effect("refuses for good an assessment that is not there", () =>
    Ward.on(
      Effect.gen(function* () {
        const notifying = yield* Notifying.Notifying
        expect(yield* Effect.flip(notifying.notify(absentAssessment))).toEqual(
          Ward.refusedJob("no such assessment")
        )
      }).pipe(Effect.provide(over()))
    )
  )
})
