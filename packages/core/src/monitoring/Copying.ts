/**
 * The side of a copy: what was heard of a source is applied, what is missing is asked for, and it is
 * said how old the copy is.
 *
 * What cannot be understood is parked, and what could not be applied too; both are counted, and the
 * stream goes on without them. A copy that has gone on without something is put right by a rebuilding.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import type * as Patient from "../patient/Patient.ts"
import type * as CopyPosition from "./CopyPosition.ts"
import type * as Events from "./Events.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

/**
 * Seconds from the receipt of a change at its source until it is applied here, by source. What is told
 * again does not count.
 *
 * @since 0.2.0
 */
export const lag = Metric.histogram("bedside_copy_lag_seconds", {
  description: "Seconds from the receipt of a change at its source until it is in the copy",
  boundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
})

/**
 * Seconds since a source last said that it had told everything, by source.
 *
 * @since 0.2.0
 */
export const copyAge = Metric.gauge("bedside_copy_age_seconds", {
  description: "Seconds since the source of a copy last said that it had told everything"
})

/**
 * What was heard, by source and what became of it.
 *
 * @since 0.2.0
 */
export const heardEvents = Metric.counter("bedside_copy_events_total", {
  description: "Events that were heard of a source, by what became of them",
  incremental: true
})

/**
 * Events that a copy went on without, by source and reason.
 *
 * @since 0.2.0
 */
export const parkedEvents = Metric.counter("bedside_copy_parked_total", {
  description: "Events that a copy went on without, by reason",
  incremental: true
})

/**
 * A message of a source: as it was read, and as it came. `again` is set for what was told before.
 *
 * @since 0.2.0
 */
export interface Received {
  readonly read: Exclude<Events.Read, { readonly _tag: "malformed" }>
  readonly content: unknown
  readonly again: boolean
}

/** How long a gap may last, and an answer take, before the source is asked. */
const patience = "2 seconds"

const toHeard = ({ read, content }: Received): Ports.Heard => {
  if (read._tag === "unknown") {
    return { _tag: "unfit", envelope: read.envelope, reason: "unknown", content }
  }
  const { message } = read
  if (message.type === "heartbeat") {
    return { _tag: "heartbeat", source: message.source, at: message.at }
  }
  if (message.type === "answer") {
    const { source, patientId, through } = message
    return { _tag: "answer", source, patientId, through }
  }
  return { _tag: "event", event: message }
}

/** When the source received what an event tells. */
const receivedAt = (event: Events.Event): DateTime.Utc => {
  if (event.type === "measurement.recorded") return event.data.measurements[0].receivedAt
  return event.at
}

const sourceOf = (heard: Ports.Heard): Events.Source => {
  if (heard._tag === "event") return heard.event.source
  return heard._tag === "unfit" ? heard.envelope.source : heard.source
}

/**
 * The workflows of those who keep a copy.
 *
 * @since 0.2.0
 */
export class Copying extends Context.Service<Copying>()("bedside/Copying", {
  make: Effect.gen(function* () {
    const copies = yield* Ports.Copies

    const ageOf = Effect.fnUntraced(function* (
      source: Events.Source,
      patientId?: Patient.PatientId
    ) {
      const upTo = yield* copies.toldUpTo(source, patientId)
      if (upTo === undefined) return undefined
      return Duration.max(DateTime.distance(upTo, yield* DateTime.now), Duration.zero)
    })

    /** How old the copy of a patient is; undefined before the source was heard. */
    const age = Effect.fn("Copying.age")(ageOf)

    const count = Effect.fnUntraced(function* (
      { again }: Received,
      heard: Ports.Heard,
      outcome: CopyPosition.Outcome,
      now: DateTime.Utc
    ) {
      if (heard._tag === "heartbeat") return
      const source = sourceOf(heard)
      yield* Metric.update(Metric.withAttributes(heardEvents, { source, outcome }), 1)
      if (heard._tag === "unfit" && outcome !== "known") {
        const { reason } = heard
        yield* Metric.update(Metric.withAttributes(parkedEvents, { source, reason }), 1)
      }
      if (heard._tag === "answer" && heard.patientId !== null && outcome === "applied") {
        yield* Metric.update(Metric.withAttributes(parkedEvents, { source, reason: "missing" }), 1)
      }
      if (heard._tag === "event" && outcome === "applied" && !again) {
        const since = DateTime.distance(receivedAt(heard.event), now)
        yield* Metric.update(Metric.withAttributes(lag, { source }), Duration.toSeconds(since))
      }
    })

    /** Applies what was received, in order and all together. */
    const hear = Effect.fn("Copying.hear")(function* (received: ReadonlyArray<Received>) {
      const heard = received.map(toHeard)
      const outcomes = yield* copies.hear(heard)
      const now = yield* DateTime.now
      yield* Effect.forEach(
        received,
        // As many outcomes as messages.
        (it, index) => count(it, heard[index]!, outcomes[index]!, now),
        { discard: true }
      )
      return outcomes
    })

    /** Goes on without an event that cannot be applied. */
    const refuse = Effect.fn("Copying.refuse")(function* (
      envelope: Events.Envelope,
      content: unknown
    ) {
      const { source } = envelope
      const [outcome] = yield* copies.hear([
        { _tag: "unfit", envelope, reason: "refused", content }
      ])
      if (outcome === "known") return
      yield* Metric.update(Metric.withAttributes(parkedEvents, { source, reason: "refused" }), 1)
    })

    /** Asks for what has been missing for a while, and says how old the copy is. */
    const look = Effect.fn("Copying.look")(function* (source: Events.Source) {
      const now = yield* DateTime.now
      const current = yield* ageOf(source)
      if (current !== undefined) {
        const seconds = Duration.toSeconds(current)
        yield* Metric.update(Metric.withAttributes(copyAge, { source }), seconds)
      }
      return yield* copies.ask(DateTime.subtractDuration(now, patience))
    })

    const parked = Effect.fn("Copying.parked")(function* (request: Page.Request) {
      const after = yield* Effect.fromResult(Page.after(request, Page.Sequence))
      const found = yield* copies.parked({ limit: request.limit + 1, ...after })
      const { items, next } = Page.make(found, request.limit, ({ nth }) => nth)
      return { items: items.map(({ nth: _, ...it }): CopyPosition.Parked => it), next }
    })

    const { begin, rebuild, standing } = copies
    return { hear, refuse, look, age, parked, begin, rebuild, standing }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
