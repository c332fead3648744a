/**
 * The side of a source: what it stored as events goes out, in the order of each stream, and is told
 * again to whoever asks.
 *
 * An event is marked as published when the outlet has taken it and not before, so it may go out twice
 * and is never left out; an outlet that is away keeps nobody waiting, because what is behind is told by
 * the next round.
 *
 * The guarantee that bites: a heartbeat goes out after everything that was on record at its time, so a
 * copy that has applied what came before it is a copy as of that time.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Patient from "../patient/Patient.ts"
import type * as Events from "./Events.ts"
import * as Ports from "./Ports.ts"

/**
 * What carries messages to other services cannot be reached just now.
 *
 * @since 0.2.0
 */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  reason: Schema.String
}) {}

/**
 * What carries messages to other services: in order, and done when they cannot get lost any more.
 *
 * @since 0.2.0
 */
export class Outlet extends Context.Service<
  Outlet,
  {
    /** `again` is set for what was told before. */
    readonly tell: (
      messages: ReadonlyArray<Events.Message>,
      options: { readonly again: boolean }
    ) => Effect.Effect<void, Unreachable>
    readonly ask: (request: Events.Request) => Effect.Effect<void, Unreachable>
  }
>()("bedside/Outlet") {}

/** How many events are read and told at a time. */
const some = 500

/** How many streams are looked at in one go. */
const many = 1_000

/**
 * The workflows of those who tell.
 *
 * @since 0.2.0
 */
export class Publishing extends Context.Service<Publishing>()("bedside/Publishing", {
  make: Effect.gen(function* () {
    const log = yield* Ports.EventLog
    const outlet = yield* Outlet

    /** So that while the outlet is away, no job waits for it but those that found out. */
    let away = false

    const tell: typeof outlet.tell = (messages, options) =>
      Effect.onExit(outlet.tell(messages, options), (exit) => {
        if (Exit.isSuccess(exit)) away = false
        else if (!Cause.hasInterruptsOnly(exit.cause)) away = true
        return Effect.void
      })

    /** Tells a stream from behind one place on, and gives the last that was told. */
    const tellFrom = Effect.fnUntraced(function* (
      patientId: Patient.PatientId,
      after: number,
      how: { readonly again: boolean; readonly done: (through: number) => Effect.Effect<void> }
    ) {
      let through = after
      for (;;) {
        const events = yield* log.read(patientId, { limit: some, after: through })
        const last = events.at(-1)
        if (last === undefined) return through
        yield* tell(events, how)
        through = last.sequence
        yield* how.done(through)
        if (events.length < some) return through
      }
    })

    const relay = ({ patientId, last, published }: Ports.ToldStream) => {
      const done = (through: number) => log.published(patientId, through)
      return published < last
        ? Effect.asVoid(tellFrom(patientId, published, { again: false, done }))
        : Effect.void
    }

    /** Publishes what was not published of a patient; while the outlet is away, nothing. */
    const publish = Effect.fn("Publishing.publish")(
      function* (patientId: Patient.PatientId) {
        const stream = away ? undefined : yield* log.stream(patientId)
        if (stream !== undefined) yield* relay(stream)
      },
      Effect.catchTag("Unreachable", () => Effect.void)
    )

    const eachStream = Effect.fnUntraced(function* <E>(
      query: { readonly behind: boolean },
      use: (stream: Ports.ToldStream) => Effect.Effect<unknown, E>
    ) {
      let slice: Ports.Slice<Patient.PatientId> = { limit: many }
      for (;;) {
        const streams = yield* log.streams(query, slice)
        yield* Effect.forEach(streams, use, { concurrency: 8, discard: true })
        const last = streams.at(-1)
        if (last === undefined || streams.length < many) return
        slice = { limit: many, after: last.patientId }
      }
    })

    /** Publishes whatever is behind, however long the jobs wait that are to do it. */
    const catchUp = Effect.fn("Publishing.catchUp")(() => eachStream({ behind: true }, relay))

    /** Publishes whatever is behind, and then says up to which time everything was told. */
    const round = Effect.fn("Publishing.round")(function* (source: Events.Source) {
      const at = yield* DateTime.now
      yield* catchUp()
      yield* tell([{ type: "heartbeat", version: 1, source, at }], { again: false })
    })

    const again = { again: true, done: () => Effect.void } as const

    /** Tells what a copy asks for, and then that this was all. */
    const answer = Effect.fn("Publishing.answer")(function* ({
      source,
      patientId,
      from
    }: Events.Request) {
      const through =
        patientId === null
          ? yield* Effect.as(
              eachStream({ behind: false }, (it) => tellFrom(it.patientId, 0, again)),
              0
            )
          : yield* tellFrom(patientId, from - 1, again)
      yield* tell([{ type: "answer", version: 1, source, patientId, through }], again)
    })

    const ask = Effect.fn("Publishing.ask")(
      (wanted: Pick<Events.Request, "source" | "patientId" | "from">) =>
        outlet.ask({ ...wanted, type: "request", version: 1 })
    )

    return { publish, catchUp, round, answer, ask }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
