/**
 * Events by RabbitMQ, from one store into another: what is bad, what is missing and what is not known
 * keeps no other patient waiting, and is not lost.
 */
// The rule is for test files; here tests are registered on a condition.
/* oxlint-disable vitest/no-disabled-tests */
import * as Copying from "@bedside/core/Copying"
import * as Events from "@bedside/core/Events"
import * as Memory from "@bedside/core/Memory"
import type * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as Publishing from "@bedside/core/Publishing"
import * as Embedded from "@bedside/postgres-adapter/Embedded"
import * as Store from "@bedside/postgres-adapter/Store"
import * as RabbitEvents from "@bedside/worker-adapter/rabbitevents"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { Connection } from "rabbitmq-client"
import * as Brokers from "./brokers.ts"
import * as Given from "./contract/given.ts"

const live = Brokers.rabbitAbsent ? it.live.skip : it.live

const source = "measurements"

const eventsName = Brokers.rabbitName((name) => {
  const { events, copy, requests, dead } = RabbitEvents.names(name)
  return [dead, events, ...Events.Source.literals.flatMap((it) => [copy(it), requests(it)])]
})

const raw = Effect.acquireRelease(
  Effect.sync(() => new Connection(Brokers.rabbitUrl)),
  (it) => Effect.promise(() => it.close())
)

const eventually = <A, E, R>(look: Effect.Effect<A, E, R>, holds: (found: A) => boolean) =>
  Effect.repeat(look, { until: holds, schedule: Schedule.spaced("20 millis") })

/** A store that tells, a store that copies, and a broker between them on which anyone may speak. */
const open = Effect.fnUntraced(function* () {
  const name = yield* eventsName
  const options = { url: Redacted.make(Brokers.rabbitUrl), name, source } as const
  const told = yield* Layer.build(
    Publishing.Publishing.layer.pipe(
      Layer.provideMerge(RabbitEvents.layerOutlet(options)),
      Layer.provideMerge(Memory.layerOf({ events: source }))
    )
  )
  const copy = yield* Layer.build(
    Layer.provideMerge(
      Copying.Copying.layer,
      Store.layer().pipe(Layer.provide(Embedded.layerMemory()))
    )
  )
  const publishing = Context.get(told, Publishing.Publishing)
  const connection = yield* raw
  const publisher = yield* Effect.acquireRelease(
    Effect.sync(() => connection.createPublisher({ confirm: true })),
    (it) => Effect.promise(() => it.close())
  )
  const { events, requests, dead } = RabbitEvents.names(name)
  const say = (body: unknown) =>
    Effect.promise(() =>
      publisher.send({ exchange: events, routingKey: `${source}.said`, durable: true }, body)
    )
  /** The jobs that ask the source, carried out. */
  const asking = Ports.JobQueue.use((queue) =>
    queue.take((job) =>
      job._tag === "request-events" ? publishing.ask(job) : Effect.die(new Error(job._tag))
    )
  ).pipe(Effect.forever, Effect.provideContext(copy), Effect.forkScoped)
  return {
    say,
    ask: (body: unknown) =>
      Effect.promise(() => publisher.send({ routingKey: requests(source), durable: true }, body)),
    asking,
    publishing,
    listen: Layer.build(RabbitEvents.layerCopy(options)).pipe(Effect.provideContext(copy)),
    answer: Layer.build(RabbitEvents.layerSource(options)).pipe(Effect.provideContext(told)),
    told: <A, E>(effect: Effect.Effect<A, E, Ports.Store>) => Effect.provideContext(effect, told),
    copy: <A, E>(effect: Effect.Effect<A, E, Ports.Store>) => Effect.provideContext(effect, copy),
    /** How many dead letters there are. */
    dead: Effect.promise(async () => {
      const { messageCount } = await connection.queueDeclare({ queue: dead, passive: true })
      return messageCount
    }),
    /** The same patient on both sides, with readings that the one side tells of. */
    patient: Effect.fnUntraced(function* (readings: number) {
      const made = Given.patient()
      const insert = Ports.Patients.use((patients) => patients.insert(made))
      yield* Effect.provideContext(insert, told)
      yield* Effect.provideContext(insert, copy)
      const record = (index: number) =>
        Ports.Measurements.use((port) =>
          port.record(
            Given.batch(made.id, [
              Given.draft({ value: index + 1, observedAt: Given.time(`10:0${index}`) })
            ])
          )
        )
      for (let index = 0; index < readings; index++) {
        yield* Effect.provideContext(record(index), told)
      }
      const log = Ports.EventLog.use((port) => port.read(made.id, { limit: 100 }))
      const all = yield* Effect.provideContext(log, told)
      return { id: made.id, events: all.map((event) => Events.write(event)) }
    })
  }
})

const values = (id: Patient.PatientId) =>
  Ports.Measurements.use((port) => port.history(id, {}, { limit: 100 })).pipe(
    Effect.map((all) => all.map(({ value }) => value))
  )

const parked = Ports.Copies.use((copies) => copies.parked({ limit: 100 }))

const same = (expected: ReadonlyArray<unknown>) => (found: ReadonlyArray<unknown>) =>
  JSON.stringify(found) === JSON.stringify(expected)

/** A reading that is good to read and that no database of ours stores: its source has a zero byte. */
const poisoned = (event: unknown) =>
  JSON.parse(JSON.stringify(event).replace('"source":"monitor"', '"source":"\\u0000"'))

describe("events by RabbitMQ", () => {
  live("go from one store to the other, and say that this was all", () =>
    Effect.gen(function* () {
      const ward = yield* open()
      const { id } = yield* ward.patient(3)
      yield* ward.listen
      yield* ward.asking
      yield* ward.answer
      yield* eventually(ward.copy(values(id)), same([1, 2, 3]))
      const [standing] = yield* eventually(
        ward.copy(Ports.Copies.use((copies) => copies.standing)),
        ([it]) => it?.heardAt !== null && it?.rebuilding === false
      )
      expect(standing).toMatchObject({ source, streams: 1, behind: 0, waiting: 0, parked: 0 })
      const stream = yield* ward.told(Ports.EventLog.use((log) => log.stream(id)))
      expect(stream).toMatchObject({ last: 3, published: 3 })
      expect(yield* ward.dead).toBe(0)
    })
  )

  live(
    "go to the dead letters after their attempts when they cannot be applied, and others go on",
    () =>
      Effect.gen(function* () {
        const ward = yield* open()
        yield* ward.listen
        const { id, events } = yield* ward.patient(3)
        const other = yield* ward.patient(2)
        const [one, two, three] = events
        for (const event of [one, poisoned(two), three, ...other.events]) yield* ward.say(event)
        yield* eventually(ward.copy(values(other.id)), same([1, 2]))
        // The attempts are not over yet: the rest of the stream waits.
        expect(yield* ward.copy(values(id))).toEqual([1])
        yield* eventually(ward.copy(values(id)), same([1, 3]))
        yield* eventually(ward.dead, (count) => count === 1)
        expect(yield* ward.copy(parked)).toMatchObject([
          {
            patientId: id,
            sequence: 2,
            through: 2,
            reason: "refused",
            type: "measurement.recorded"
          }
        ])
      })
  )

  live("of a version that is not known are parked, and others go on", () =>
    Effect.gen(function* () {
      const ward = yield* open()
      yield* ward.listen
      const { id, events } = yield* ward.patient(3)
      const [one, two, three] = events
      for (const event of [one, { ...two, version: 2, data: { shape: "new" } }, three]) {
        yield* ward.say(event)
      }
      yield* eventually(ward.copy(values(id)), same([1, 3]))
      expect(yield* ward.copy(parked)).toMatchObject([
        { patientId: id, sequence: 2, reason: "unknown", type: "measurement.recorded", version: 2 }
      ])
      expect(yield* ward.dead).toBe(0)
    })
  )

  live("that were lost or cannot be read are asked for, and told again", () =>
    Effect.gen(function* () {
      const ward = yield* open()
      yield* ward.copy(
        Ports.Copies.use((copies) =>
          copies.hear([{ _tag: "heartbeat", source, at: Given.instant("2026-03-01T12:00:00Z") }])
        )
      )
      yield* ward.listen
      yield* ward.asking
      const { id, events } = yield* ward.patient(4)
      const [one, , , four] = events
      const garbage = ["no event", { ...events[1], sequence: -2 }]
      for (const event of [one, ...garbage, four]) yield* ward.say(event)
      yield* eventually(ward.dead, (count) => count === 2)
      expect(yield* ward.copy(values(id))).toEqual([1])
      yield* ward.answer
      yield* eventually(ward.copy(values(id)), same([1, 2, 3, 4]))
      expect(yield* ward.copy(parked)).toEqual([])
    })
  )

  live("are not told to whom it cannot be read what they ask", () =>
    Effect.gen(function* () {
      const ward = yield* open()
      yield* ward.answer
      yield* ward.ask("everything, please")
      yield* ward.ask({ type: "request", version: 1, source: "patients", patientId: null, from: 1 })
      yield* eventually(ward.dead, (count) => count === 2)
    })
  )
})
