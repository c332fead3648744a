/**
 * Telling people: the notices there are, the channels they go out by, and the workflows that send
 * each notice once by every channel that takes it.
 *
 * A channel is one module that says which notices it takes and sends them; registration and
 * assessment know of none. What was sent is remembered by notice and channel, so a job that runs
 * again repeats only what did not go out. Between the sending and the remembering a crash can still
 * repeat a notice: its `key` is the same then, and a channel passes it on (as a Message-ID, say) for
 * the receiving side to tell.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Patient from "../patient/Patient.ts"
import type * as Assessed from "./Assessed.ts"
import * as Jobs from "./Jobs.ts"
import * as Ports from "./Ports.ts"

/**
 * What people are told. `key` is the same whenever the same notice is sent again.
 *
 * @since 0.1.0
 */
export type Notice =
  | {
      readonly _tag: "ConfirmRegistration"
      readonly key: string
      readonly patient: Patient.Patient
      readonly token: string
    }
  | {
      readonly _tag: "Deterioration"
      readonly key: string
      readonly assessed: Assessed.Assessed
    }

/**
 * A channel will never deliver this notice: the receiving side refused it for good. `reason` holds
 * nothing personal.
 *
 * @since 0.1.0
 */
export class Undeliverable extends Schema.TaggedError<Undeliverable>()("Undeliverable", {
  reason: Schema.String
}) {}

/**
 * A channel could not deliver just now. `reason` holds nothing personal.
 *
 * @since 0.1.0
 */
export class ChannelDown extends Schema.TaggedError<ChannelDown>()("ChannelDown", {
  reason: Schema.String
}) {}

/**
 * One way of telling people.
 *
 * @since 0.1.0
 */
export interface Channel {
  readonly name: string
  readonly takes: (notice: Notice) => boolean
  readonly send: (notice: Notice) => Effect.Effect<void, Undeliverable | ChannelDown>
}

/**
 * The channels of this process.
 *
 * @since 0.1.0
 */
export class Channels extends Context.Service<Channels, ReadonlyArray<Channel>>()(
  "bedside/Channels"
) {}

/**
 * The workflows that send notices.
 *
 * @since 0.1.0
 */
export class Notifying extends Context.Service<Notifying>()("bedside/Notifying", {
  make: Effect.gen(function* () {
    const channels = yield* Channels
    const deliveries = yield* Ports.Deliveries
    const patients = yield* Ports.Patients
    const assessments = yield* Ports.Assessments

    const sendBy = Effect.fnUntraced(function* (channel: Channel, notice: Notice) {
      const key = `${notice.key}:${channel.name}`
      if (yield* deliveries.isDone(key)) return
      // What a defect says may be personal, and it must hold up the other channels no more than a
      // failure does.
      yield* channel
        .send(notice)
        .pipe(Effect.catchDefect(() => new ChannelDown({ reason: `defect in ${channel.name}` })))
      yield* deliveries.done(key, yield* DateTime.now)
    })

    /** Tries every channel before it fails, so that one that is down holds up no other. */
    const send = Effect.fn("Notifying.send")(function* (notice: Notice) {
      const failures = yield* Effect.forEach(
        channels.filter((channel) => channel.takes(notice)),
        (channel) => Effect.flip(sendBy(channel, notice)).pipe(Effect.option)
      )
      const reasons = failures.flatMap((failure) =>
        failure._tag === "Some" ? [failure.value] : []
      )
      const passing = reasons.find((reason) => reason._tag === "ChannelDown")
      if (passing !== undefined) return yield* passing
      const lasting = reasons.find((reason) => reason._tag === "Undeliverable")
      if (lasting !== undefined) return yield* new Jobs.JobRefused({ reason: lasting.reason })
    })

    const sendConfirmation = Effect.fn("Notifying.sendConfirmation")(
      function* (id: Patient.PatientId) {
        const patient = yield* patients.find(id)
        const { status, token } = yield* patients.confirmation(id)
        if (status === "confirmed") return
        yield* send({ _tag: "ConfirmRegistration", key: `registration:${id}`, patient, token })
      },
      Effect.catchTag("NotFound", () => new Jobs.JobRefused({ reason: "no such registration" }))
    )

    const notify = Effect.fn("Notifying.notify")(
      function* (id: Jobs.AssessmentId) {
        const assessed = yield* assessments.find(id)
        yield* send({ _tag: "Deterioration", key: `assessment:${id}:${assessed.band}`, assessed })
      },
      Effect.catchTag("NotFound", () => new Jobs.JobRefused({ reason: "no such assessment" }))
    )

    return { sendConfirmation, notify }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
