import * as Account from "@bedside/core/Account"
import * as Admission from "@bedside/core/Admission"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Notifying from "@bedside/core/Notifying"
import * as Ports from "@bedside/core/Ports"
import * as Recording from "@bedside/core/Recording"
import * as Timestamp from "@bedside/core/Timestamp"
import { describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as WardLog from "../src/WardLog.ts"
import * as Worker from "../src/Worker.ts"
import * as Ward from "./ward.ts"

/** A worker that can be stopped before the test ends. */
const start = Effect.fnUntraced(function* (options?: Worker.Options) {
  const scope = yield* Scope.fork(yield* Effect.scope)
  yield* Layer.buildWithScope(Worker.layer(options), scope)
  return { stop: Scope.close(scope, Exit.void) }
})

/** A channel that takes confirmations and does this, by the name of the person. */
const telling = (send: (name: string) => ReturnType<Notifying.Channel["send"]>) => ({
  name: "telling",
  takes: () => true,
  send: (notice: Notifying.Notice) =>
    notice._tag === "ConfirmRegistration" ? send(notice.patient.givenName) : Effect.void
})

/** The queue with something done around every taking. */
const queueWith = (change: <E, R>(take: Effect.Effect<void, E, R>) => Effect.Effect<void, E, R>) =>
  Layer.effect(
    Ports.JobQueue,
    Ports.JobQueue.useSync((queue) =>
      Ports.JobQueue.of({ ...queue, take: (handle) => change(queue.take(handle)) })
    )
  )

describe("a worker", () => {
  it.effect("analyses an ECG, assesses what was measured, and tells the ward", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const actor: Account.Actor = {
        id: Account.AccountId.make("01890a5d-ac96-774b-bcce-b302099a8058"),
        user: "dr-no",
        roles: ["clinician"]
      }
      yield* Electrocardiography.Electrocardiography.use((it) =>
        it.submit(actor, {
          id: "10",
          date: "1970-01-01",
          leads: [{ name: "I", samples: Int16Array.of(1, -1, 1) }]
        })
      )
      const patient = yield* Admission.Admission.use((it) =>
        it.admit({ givenName: "Ada", familyName: "Byron", birthDate: "1915-12-10" })
      )
      const observedAt = Schema.decodeSync(Timestamp.Timestamp)("1970-01-01T00:00:00Z")
      const readings = [
        { vital: "respiratory-rate", value: 30, unit: "/min" },
        { vital: "heart-rate", value: 140, unit: "/min" },
        { vital: "temperature", value: 34, unit: "Cel" }
      ].map((reading) => Result.succeed({ ...reading, observedAt }))
      yield* Monitoring.Monitoring.use((it) => it.record(actor, patient.id, readings))
      yield* start()
      const jobs = yield* Ward.until((all) => all.length === 4 && all.every(Ward.isSettled))
      expect(jobs.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
        "analyse-ecg completed",
        "assess-patient completed",
        "foretell-risk completed",
        "notify completed"
      ])
      const ecg = yield* Electrocardiography.Electrocardiography.use((it) => it.find(actor, "10"))
      expect(ecg.status).toBe("completed")
      const assessed = yield* Monitoring.Monitoring.use((it) => it.latestAssessment(patient.id))
      const told = lines.filter((line) => line.includes("calls for the ward"))
      expect(told.map((line): unknown => JSON.parse(line))).toMatchObject([
        { assessmentId: assessed.id, patientId: patient.id, score: "news2", band: "high" }
      ])
    }).pipe(Effect.provide([Ward.layer([WardLog.channel]), Ward.logged(lines)]))
  })

  it.effect("analyses again, from its start on, the ECGs that other methods have analysed", () =>
    Effect.gen(function* () {
      const ecgs = yield* Ports.Ecgs
      const queue = yield* Ports.JobQueue
      const owner = Account.AccountId.make("01890a5d-ac96-774b-bcce-b302099a8058")
      for (const count of Array(50).keys()) {
        const recordingId = Recording.RecordingId.make(
          `01890a5d-ac96-774b-bcce-b302099a${8000 + count}`
        )
        const recording = {
          id: `${count}`,
          date: "1970-01-01",
          leads: [{ name: "I", samples: Int16Array.of(1, -1, 1) }]
        }
        const receivedAt = yield* DateTime.now
        yield* ecgs.submit({ recordingId, owner, recording, receivedAt })
        yield* queue.take(() => Effect.void)
        yield* ecgs.finish(recordingId, { edition: "another", status: "completed", metrics: [] })
      }
      yield* start()
      const campaigns = yield* Ports.Campaigns
      const [campaign] = yield* Effect.andThen(Effect.yieldNow, campaigns.list({ limit: 10 })).pipe(
        Effect.repeat({ until: ([it]) => it?.status === "completed" })
      )
      expect(campaign).toMatchObject({ kind: "backfill-ecgs", total: 50, done: 50, failed: 0 })
      const jobs = yield* Ward.until((all) => all.every(Ward.isSettled))
      const count = (kind: string) => jobs.filter((job) => job.kind === kind).length
      expect([count("analyse-ecg"), count("run-campaign")]).toEqual([50, 1])
      const found = yield* ecgs.list(owner, { limit: 100 })
      expect(found.filter(({ metrics }) => metrics.length > 0)).toHaveLength(50)
    }).pipe(Effect.provide([Ward.layer(), Ward.logged([])]))
  )

  it.effect("goes on after jobs that are refused, that fail and that have defects", () => {
    const channel = telling((name) => {
      if (name === "Refused") return new Notifying.Undeliverable({ reason: "no such number" })
      if (name === "Down") return new Notifying.ChannelDown({ reason: "no answer" })
      return Effect.void
    })
    return Effect.gen(function* () {
      for (const givenName of ["Refused", "Down", "Broken", "Fine"]) {
        yield* Ward.register({ givenName, email: `${givenName}@example.org` })
      }
      yield* start({ concurrency: 1 })
      const jobs = yield* Ward.until((all) => all.at(-1)?.state === "completed")
      expect(
        jobs.map(({ state, attempts, lastFailure }) => [state, attempts, lastFailure])
      ).toEqual([
        ["failed", 1, "JobRefused: no such number"],
        ["pending", 1, "ChannelDown: no answer"],
        ["pending", 1, "defect"],
        ["completed", 1, null]
      ])
    }).pipe(Effect.provide([Ward.layer([channel], Ward.breakingOn("Broken")), Ward.logged([])]))
  })

  it.effect("tries a job again after the queue's pause, and only that long", () => {
    const times: Array<number> = []
    const channel = telling(() =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        times.push(now) < 4 ? new Notifying.ChannelDown({ reason: "no answer" }) : Effect.void
      )
    )
    return Effect.gen(function* () {
      yield* Ward.register()
      yield* start()
      yield* Effect.andThen(TestClock.adjust("1 second"), Ward.jobs).pipe(
        Effect.repeat({ until: (jobs) => jobs.every(Ward.isSettled) })
      )
      expect(times).toEqual([0, 1_000, 3_000, 7_000])
    }).pipe(Effect.provide([Ward.layer([channel]), Ward.logged([])]))
  })

  it.effect("runs as many jobs at once as it has slots", () =>
    Effect.gen(function* () {
      for (const name of ["a", "b", "c", "d", "e"]) {
        yield* Ward.register({ email: `${name}@example.org` })
      }
      yield* start({ concurrency: 3, drainTimeout: 0 })
      const jobs = yield* Ward.until((all) => all.filter(isRunning).length >= 3)
      expect(jobs.map(({ state }) => state)).toEqual([
        "running",
        "running",
        "running",
        "pending",
        "pending"
      ])
      expect((yield* Metric.value(Worker.inFlight)).value).toBe(3)
    }).pipe(
      Effect.provide([Ward.layer([telling(() => Effect.never)]), Ward.logged([])]),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  )

  it.effect("and another on the same queue handle 200 jobs once each", () => {
    const handled: Array<string> = []
    const channel = telling((name) =>
      Effect.andThen(
        Effect.yieldNow,
        Effect.sync(() => handled.push(name))
      )
    )
    return Effect.gen(function* () {
      const names = Array.from({ length: 200 }, (_, index) => `N${index}`)
      yield* start()
      yield* start()
      for (const givenName of names) {
        yield* Ward.register({ givenName, email: `${givenName}@example.org` })
      }
      const jobs = yield* Ward.until((all) => all.length === 200 && all.every(Ward.isSettled))
      expect(new Set(jobs.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(
        new Set(["completed 1"])
      )
      expect(handled.toSorted()).toEqual(names.toSorted())
    }).pipe(Effect.provide([Ward.layer([channel]), Ward.logged([])]))
  })

  it.effect(
    "asks a queue that is down once a second, says so once, and goes on when it is up",
    () => {
      const lines: Array<string> = []
      const times: Array<number> = []
      const takes = queueWith((take) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          times.push(now) <= 5 ? Effect.die(new Error("password secret refused")) : take
        )
      )
      return Effect.gen(function* () {
        yield* Ward.register()
        yield* start({ concurrency: 1 })
        yield* Effect.andThen(TestClock.adjust("1 second"), Ward.jobs).pipe(
          Effect.repeat({ until: (jobs) => jobs.every(Ward.isSettled) })
        )
        expect(times.slice(0, 6)).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000])
        const said = lines.filter((line) => line.includes("queue"))
        expect(said.map((line): unknown => JSON.parse(line))).toMatchObject([
          { logLevel: "Error", failure: "defect" }
        ])
        expect(lines.join("\n")).not.toContain("secret")
      }).pipe(
        Effect.provide([
          takes.pipe(Layer.provideMerge(Ward.layer([telling(() => Effect.void)]))),
          Ward.logged(lines)
        ])
      )
    }
  )

  it.effect("does not spin on a job that interrupts itself", () => {
    const times: Array<number> = []
    const channel = telling(() =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        times.push(now) < 3 ? Effect.interrupt : Effect.void
      )
    )
    return Effect.gen(function* () {
      yield* Ward.register()
      yield* start({ concurrency: 1 })
      yield* Effect.andThen(TestClock.adjust("1 second"), Ward.jobs).pipe(
        Effect.repeat({ until: (jobs) => jobs.every(Ward.isSettled) })
      )
      expect(times).toEqual([0, 1_000, 2_000])
    }).pipe(Effect.provide([Ward.layer([channel]), Ward.logged([])]))
  })
})

const isRunning = ({ state }: { readonly state: string }): boolean => state === "running"

describe("what a worker shows", () => {
  const ward = Ward.layer([telling(() => Effect.void)], Ward.breakingOn("Bob"))

  it.effect("in the log are kind, id, attempts, time and outcome, and nothing personal", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const id = yield* Ward.register()
      const other = yield* Ward.register({ givenName: "Bob", email: "bob@example.org" })
      yield* start({ concurrency: 1 })
      yield* Ward.until((all) => all.every(({ attempts }) => attempts === 1))
      const told = lines.map((line): unknown => JSON.parse(line))
      const each = { kind: "send-confirmation", attempts: 1, seconds: 0 }
      expect(told).toMatchObject([
        { ...each, id: `send-confirmation:${id}`, outcome: "completed", logLevel: "Info" },
        {
          ...each,
          id: `send-confirmation:${other}`,
          outcome: "failed",
          failure: "defect",
          logLevel: "Warn"
        }
      ])
      const { token } = yield* Ports.Patients.use((patients) => patients.confirmation(id))
      for (const personal of ["Ada", "Byron", "Bob", "example.org", Ward.ada.phone, token]) {
        expect(lines.join("\n")).not.toContain(personal)
      }
    }).pipe(Effect.provide([ward, Ward.logged(lines)]))
  })

  it.effect("in the metrics are jobs by kind and outcome, their time, and those in flight", () =>
    Effect.gen(function* () {
      yield* Ward.register()
      yield* Ward.register({ givenName: "Bob", email: "bob@example.org" })
      const worker = yield* start({ concurrency: 1 })
      yield* Ward.until((all) => all.every(({ attempts }) => attempts === 1))
      yield* worker.stop
      const lines = (yield* PrometheusMetrics.format()).split("\n")
      const kind = `kind="send-confirmation"`
      expect(lines).toContain(`bedside_jobs_handled_total{${kind},outcome="completed"} 1`)
      expect(lines).toContain(`bedside_jobs_handled_total{${kind},outcome="failed"} 1`)
      expect(lines).toContain(`bedside_job_duration_seconds_count{${kind}} 2`)
      expect(lines).toContain("bedside_jobs_in_flight 0")
    }).pipe(
      Effect.provide([ward, Ward.logged([])]),
      Effect.provideService(Metric.MetricRegistry, new Map())
    )
  )
})

describe("a worker that is stopped", () => {
  it.effect("stops at once when it is idle", () =>
    Effect.gen(function* () {
      const worker = yield* start()
      yield* worker.stop
      yield* Ward.register()
      expect(yield* Ward.jobs).toMatchObject([{ state: "pending", attempts: 0 }])
    }).pipe(Effect.provide(Ward.layer()))
  )

  it.effect("stops at once while it waits for a queue that is down", () =>
    Effect.gen(function* () {
      const worker = yield* start()
      yield* Effect.yieldNow
      yield* worker.stop
      expect(yield* Clock.currentTimeMillis).toBe(0)
    }).pipe(
      Effect.provide([
        queueWith(() => Effect.die("down")).pipe(Layer.provideMerge(Ward.layer())),
        Ward.logged([])
      ])
    )
  )

  it.effect("finishes the job it is at, acknowledges it, and takes no other", () => {
    const begun = Deferred.makeUnsafe<void>()
    const mayEnd = Deferred.makeUnsafe<void>()
    let sent = 0
    const channel = telling(() =>
      Effect.gen(function* () {
        yield* Deferred.succeed(begun, undefined)
        yield* Deferred.await(mayEnd)
        sent += 1
      })
    )
    return Effect.gen(function* () {
      yield* Ward.register()
      const worker = yield* start({ concurrency: 2 })
      yield* Deferred.await(begun)
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* Ward.register({ email: "bob@example.org" })
      yield* TestClock.adjust("7 seconds")
      expect(stopping.pollUnsafe()).toBeUndefined()
      expect(yield* Ward.jobs).toMatchObject([{ state: "running" }, { state: "pending" }])
      yield* Deferred.succeed(mayEnd, undefined)
      yield* Fiber.join(stopping)
      expect(yield* Ward.jobs).toMatchObject([
        { state: "completed", attempts: 1 },
        { state: "pending", attempts: 0 }
      ])
      expect(sent).toBe(1)
    }).pipe(Effect.provide([Ward.layer([channel]), Ward.logged([])]))
  })

  it.effect("waits until the job it has finished is acknowledged", () => {
    const finished = Deferred.makeUnsafe<void>()
    const answer = Deferred.makeUnsafe<void>()
    let acknowledged = false
    // As a queue whose store takes its time to answer.
    const takes = queueWith((take) =>
      Effect.gen(function* () {
        yield* take
        yield* Deferred.succeed(finished, undefined)
        yield* Deferred.await(answer)
        acknowledged = true
      })
    )
    return Effect.gen(function* () {
      yield* Ward.register()
      const worker = yield* start({ concurrency: 1 })
      yield* Deferred.await(finished)
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* Effect.yieldNow
      yield* Deferred.succeed(answer, undefined)
      yield* Fiber.join(stopping)
      expect(acknowledged).toBe(true)
    }).pipe(
      Effect.provide([
        takes.pipe(Layer.provideMerge(Ward.layer([telling(() => Effect.void)]))),
        Ward.logged([])
      ])
    )
  })

  it.effect("gives back a job that takes too long, uncounted, for the next worker", () => {
    const lines: Array<string> = []
    const begun = Deferred.makeUnsafe<void>()
    let sent = 0
    const channel = telling(() =>
      Effect.suspend(() => {
        if (Deferred.isDoneUnsafe(begun)) return Effect.sync(() => void (sent += 1))
        Deferred.doneUnsafe(begun, Effect.void)
        return Effect.never
      })
    )
    return Effect.gen(function* () {
      yield* Ward.register()
      const worker = yield* start({ drainTimeout: "3 seconds" })
      yield* Deferred.await(begun)
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      expect(yield* Ward.jobs).toMatchObject([{ state: "running" }])
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(stopping)
      expect(yield* Ward.jobs).toMatchObject([{ state: "pending", attempts: 0 }])
      expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
        { logLevel: "Warn", jobs: 1 },
        { outcome: "given-back" }
      ])
      yield* start()
      yield* Ward.until((all) => all.every(Ward.isSettled))
      expect(yield* Ward.jobs).toMatchObject([{ state: "completed", attempts: 1 }])
      expect(sent).toBe(1)
    }).pipe(Effect.provide([Ward.layer([channel]), Ward.logged(lines)]))
  })

  it.effect("gives back a job that reaches it in the moment of the stop, not begun", () => {
    const gate = Latch.makeUnsafe(false)
    let sent = 0
    // As a queue that is in the middle of its claim: it cannot be interrupted.
    const takes = queueWith((take) => Effect.uninterruptible(Effect.andThen(gate.await, take)))
    return Effect.gen(function* () {
      yield* Ward.register()
      const worker = yield* start({ concurrency: 1 })
      yield* Effect.yieldNow
      const stopping = yield* Effect.forkChild(worker.stop, { startImmediately: true })
      yield* gate.open
      yield* Fiber.join(stopping)
      expect(yield* Ward.jobs).toMatchObject([{ state: "pending", attempts: 0 }])
      expect(sent).toBe(0)
    }).pipe(
      Effect.provide([
        takes.pipe(
          Layer.provideMerge(Ward.layer([telling(() => Effect.sync(() => void (sent += 1)))]))
        ),
        Ward.logged([])
      ])
    )
  })
})
