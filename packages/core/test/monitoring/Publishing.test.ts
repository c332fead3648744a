import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import type * as Patient from "../../src/patient/Patient.ts"
import * as Copying from "../../src/monitoring/Copying.ts"
import * as Events from "../../src/monitoring/Events.ts"
import * as Memory from "../../src/monitoring/Memory.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Publishing from "../../src/monitoring/Publishing.ts"
import * as Given from "../../../../test/contract/given.ts"

/** An outlet that keeps what it takes, and may be away. */
const outlet = () => {
  const told: Array<Events.Message> = []
  const again: Array<Events.Message> = []
  const asked: Array<Events.Request> = []
  const state = { away: false, tries: 0 }
  const use = (take: () => void) =>
    Effect.suspend(() => {
      state.tries++
      if (state.away) return new Publishing.Unreachable({ reason: "away" })
      return Effect.sync(take)
    })
  const layer = Layer.succeed(Publishing.Outlet, {
    tell: (messages, options) => use(() => void (options.again ? again : told).push(...messages)),
    ask: (request) => use(() => void asked.push(request))
  })
  return { told, again, asked, state, layer }
}

const shape = (messages: ReadonlyArray<Events.Message>) =>
  messages.map((it) => ("sequence" in it ? `${it.type} ${it.sequence}` : it.type))

const on = <A, E>(
  out: ReturnType<typeof outlet>,
  effect: Effect.Effect<A, E, Publishing.Publishing | Ports.Store>
) =>
  effect.pipe(
    Effect.provide(
      Publishing.Publishing.layer.pipe(
        Layer.provideMerge(Memory.layerOf({ events: "patients" })),
        Layer.provide(out.layer)
      )
    )
  )

const change = (id: Patient.PatientId) =>
  Ports.Patients.use((patients) =>
    patients.change(id, (current) => Result.succeed({ ...current, version: current.version + 1 }))
  )

describe("publishing", () => {
  it.effect("tells what is behind of a patient, in order, and not twice", () => {
    const out = outlet()
    return on(
      out,
      Effect.gen(function* () {
        const publishing = yield* Publishing.Publishing
        const { id } = yield* Given.patientOnRecord()
        yield* change(id)
        yield* publishing.publish(id)
        yield* publishing.publish(id)
        expect(shape(out.told)).toEqual(["patient.registered 1", "patient.changed 2"])
        yield* change(id)
        yield* publishing.publish(id)
        expect(shape(out.told).slice(2)).toEqual(["patient.changed 3"])
        yield* publishing.publish(Given.patientId())
        expect(out.told).toHaveLength(3)
      })
    )
  })

  it.effect(
    "keeps no job waiting for an outlet that is away, and makes up for it in a round",
    () => {
      const out = outlet()
      return on(
        out,
        Effect.gen(function* () {
          const publishing = yield* Publishing.Publishing
          const ids = yield* Effect.forEach([1, 2, 3], () =>
            Effect.map(Given.patientOnRecord(), ({ id }) => id)
          )
          out.state.away = true
          yield* Effect.forEach(ids, publishing.publish)
          expect([out.state.tries, out.told]).toEqual([1, []])
          expect(yield* Effect.flip(publishing.round("patients"))).toBeInstanceOf(
            Publishing.Unreachable
          )
          out.state.away = false
          yield* publishing.round("patients")
          expect(shape(out.told).toSorted()).toEqual([
            "heartbeat",
            "patient.registered 1",
            "patient.registered 1",
            "patient.registered 1"
          ])
          const log = yield* Ports.EventLog
          expect(yield* log.unpublished(10)).toEqual([])
        })
      )
    }
  )

  it.effect("says that everything was told after it was, as of before it began", () => {
    const out = outlet()
    return on(
      out,
      Effect.gen(function* () {
        const publishing = yield* Publishing.Publishing
        yield* TestClock.setTime(5_000)
        yield* Given.patientOnRecord()
        yield* publishing.round("patients")
        expect(shape(out.told)).toEqual(["patient.registered 1", "heartbeat"])
        const heartbeat = out.told.at(-1)
        expect(heartbeat).toMatchObject({ source: "patients", at: DateTime.makeUnsafe(5_000) })
      })
    )
  })

  it.effect("tells again what is asked for, and then that this was all", () => {
    const out = outlet()
    return on(
      out,
      Effect.gen(function* () {
        const publishing = yield* Publishing.Publishing
        const { id } = yield* Given.patientOnRecord()
        const { id: other } = yield* Given.patientOnRecord()
        yield* change(id)
        yield* change(id)
        const request = { type: "request", version: 1, source: "patients" } as const
        yield* publishing.answer({ ...request, patientId: id, from: 2 })
        expect(shape(out.again)).toEqual(["patient.changed 2", "patient.changed 3", "answer"])
        expect(out.again.at(-1)).toMatchObject({ patientId: id, through: 3 })
        out.again.length = 0
        yield* publishing.answer({ ...request, patientId: null, from: 1 })
        expect(shape(out.again)).toHaveLength(5)
        expect(out.again.at(-1)).toMatchObject({ type: "answer", patientId: null })
        expect(out.again.some((it) => "sequence" in it && it.patientId === other)).toBe(true)
        expect(out.told).toEqual([])
      })
    )
  })
})

describe("copying", () => {
  const copying = <A, E>(effect: Effect.Effect<A, E, Copying.Copying | Ports.Store>) =>
    effect.pipe(Effect.provide(Layer.provideMerge(Copying.Copying.layer, Memory.layer)))

  const hear = (...messages: ReadonlyArray<Events.Message>) =>
    Copying.Copying.use((it) =>
      it.hear(
        messages.map((message) => ({
          read: { _tag: "message", message },
          content: Events.write(message),
          again: false
        }))
      )
    )

  const heartbeat = (millis: number): Events.Message => ({
    type: "heartbeat",
    version: 1,
    source: "measurements",
    at: DateTime.makeUnsafe(millis)
  })

  it.effect("is as old as the last heartbeat, and of no age before the first", () =>
    copying(
      Effect.gen(function* () {
        const it = yield* Copying.Copying
        const { id } = yield* Given.patientOnRecord()
        expect(yield* it.age("measurements", id)).toBeUndefined()
        yield* TestClock.setTime(10_000)
        yield* hear(heartbeat(8_500))
        expect(yield* it.age("measurements", id)).toEqual(Duration.millis(1_500))
        yield* TestClock.adjust("1 minute")
        expect(yield* it.age("measurements", id)).toEqual(Duration.millis(61_500))
        // A clock of the source that runs fast makes nothing younger than it is.
        yield* hear(heartbeat(80_000))
        expect(yield* it.age("measurements", id)).toEqual(Duration.zero)
      })
    )
  )

  it.effect("asks for what has been missing for two seconds, and not before", () =>
    copying(
      Effect.gen(function* () {
        const it = yield* Copying.Copying
        const { id } = yield* Given.patientOnRecord()
        yield* hear({
          id: Events.EventId.make(Given.text()),
          patientId: id,
          source: "measurements",
          sequence: 2,
          at: DateTime.makeUnsafe(0),
          type: "patient.erased",
          version: 1,
          data: {}
        })
        expect(yield* it.look("measurements")).toBe(0)
        const early = {
          id: Events.EventId.make(Given.text()),
          patientId: id,
          source: "measurements",
          sequence: 5,
          at: DateTime.makeUnsafe(0),
          type: "measurement.deleted",
          version: 1,
          data: { measurementId: Given.measurementId() }
        } as const
        yield* hear(early)
        yield* TestClock.adjust("1 second")
        expect(yield* it.look("measurements")).toBe(0)
        yield* TestClock.adjust("2 seconds")
        expect(yield* it.look("measurements")).toBe(1)
        yield* TestClock.adjust("1 second")
        expect(yield* it.look("measurements")).toBe(0)
      })
    )
  )

  it.effect("goes on without what was refused, and lists it page by page", () =>
    copying(
      Effect.gen(function* () {
        const it = yield* Copying.Copying
        const envelope = (sequence: number): Events.Envelope => ({
          id: Events.EventId.make(Given.text()),
          patientId: Given.patientId(),
          source: "measurements",
          sequence,
          at: DateTime.makeUnsafe(0),
          type: "measurement.recorded",
          version: 1
        })
        yield* Effect.forEach([1, 1, 1], (sequence) => it.refuse(envelope(sequence), {}))
        const first = yield* it.parked({ limit: 2 })
        expect(first.items).toHaveLength(2)
        const rest = yield* it.parked({ limit: 2, cursor: first.next ?? "" })
        expect([rest.items.length, rest.next]).toEqual([1, null])
        expect(rest.items[0]).toMatchObject({ reason: "refused", sequence: 1 })
      })
    )
  )
})
