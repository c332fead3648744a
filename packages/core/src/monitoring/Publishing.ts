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
import * as Semaphore from "effect/Semaphore"
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
const some = 100

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

    const once = Semaphore.makeUnsafe(1)

    const publishAll = Effect.fnUntraced(function* (events: ReadonlyArray<Events.Event>) {
      if (events.length === 0) return
      yield* tell(events, { again: false })
      // Of each stream the last that was told.
      const places = new Map(events.map(({ patientId, sequence }) => [patientId, sequence]))
      yield* log.published([...places].map(([patientId, through]) => ({ patientId, through })))
    })

    /**
     * Publishes what was not published of a patient. While the outlet is away, nothing; and while
     * somebody publishes whatever is behind, this is behind too.
     */
    const publish = Effect.fn("Publishing.publish")(
      function* (patientId: Patient.PatientId) {
        if (away) return
        const stream = yield* log.stream(patientId)
        if (stream === undefined || stream.published >= stream.last) return
        yield* publishAll(yield* log.read(patientId, { limit: some, after: stream.published }))
      },
      once.withPermitsIfAvailable(1),
      Effect.catchTag("Unreachable", () => Effect.void),
      Effect.asVoid
    )

    /** Publishes whatever is behind, however long the jobs wait that are to do it. */
    const catchUp = once.withPermits(1)(
      Effect.gen(function* () {
        for (;;) {
          const events = yield* log.unpublished(some)
          yield* publishAll(events)
          if (events.length < some) return
        }
      })
    )

    /** Publishes whatever is behind, and then says up to which time everything was told. */
    const round = Effect.fn("Publishing.round")(function* (source: Events.Source) {
      const at = yield* DateTime.now
      yield* catchUp
      yield* tell([{ type: "heartbeat", version: 1, source, at }], { again: false })
    })

    /** Tells a stream again from a place on, and gives the last that was told. */
    const tellAgain = Effect.fnUntraced(function* (patientId: Patient.PatientId, from: number) {
      let through = from - 1
      for (;;) {
        const events = yield* log.read(patientId, { limit: some, after: through })
        if (events.length > 0) yield* tell(events, { again: true })
        through = events.at(-1)?.sequence ?? through
        if (events.length < some) return through
      }
    })

    const tellEverything = Effect.gen(function* () {
      let slice: Ports.Slice<Patient.PatientId> = { limit: many }
      for (;;) {
        const streams = yield* log.streams(slice)
        yield* Effect.forEach(streams, ({ patientId }) => tellAgain(patientId, 1), {
          concurrency: 8,
          discard: true
        })
        const last = streams.at(-1)
        if (last === undefined || streams.length < many) return 0
        slice = { limit: many, after: last.patientId }
      }
    })

    /** Tells what a copy asks for, and then that this was all. */
    const answer = Effect.fn("Publishing.answer")(function* ({
      source,
      patientId,
      from
    }: Events.Request) {
      const through = yield* patientId === null ? tellEverything : tellAgain(patientId, from)
      const end = { type: "answer", version: 1, source, patientId, through } as const
      yield* tell([end], { again: true })
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
