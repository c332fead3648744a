/**
 * Values tallied in this process, on their way to the store.
 *
 * What a batch was asked about is added up here, per live version and day, and written once a second
 * by a fiber of its own: asking stays a read, and a sensor that everyone asks about is no row that
 * everyone waits for. These are statistics and not records: a process that is killed takes the last
 * second of them along. What the store did not take is kept and written with the next, as long as
 * there is room.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Semaphore from "effect/Semaphore"
import * as Drift from "../../sensor/Drift.ts"
import type * as SensorModel from "../../sensor/SensorModel.ts"
import * as Jobs from "../Jobs.ts"
import type * as Ports from "../Ports.ts"
import type { Batch, Standings } from "./verdict.ts"

export interface Entry {
  readonly key: SensorModel.Key
  readonly version: number
  readonly tallied: Ports.Tallied
}

/** The values of each key of a batch, side by side. */
const grouped = ({ keys, of, values }: Batch): ((key: number) => Float64Array) => {
  const starts = new Int32Array(keys.length + 1)
  for (let index = 0; index < of.length; index++) starts[of[index]! + 1]! += 1
  for (let key = 0; key < keys.length; key++) starts[key + 1]! += starts[key]!
  const next = starts.slice()
  const sorted = new Float64Array(values.length)
  for (let index = 0; index < of.length; index++) sorted[next[of[index]!]!++] = values[index]!
  return (key) => sorted.subarray(starts[key], starts[key + 1])
}

/** Tallies a batch for the versions that judged it; `standings` are in the order of its keys. */
export const entriesOf = (
  standings: Standings,
  batch: Batch,
  day: DateTime.Utc
): ReadonlyArray<Entry> => {
  const valuesOf = grouped(batch)
  return batch.keys.flatMap((key, at) => {
    const standing = standings[at]
    const values = valuesOf(at)
    if (standing === undefined || values.length === 0) return []
    const tallied = { ...Drift.tally(standing, values), day }
    return [{ key, version: standing.live.version, tallied }]
  })
}

const nameOf = ({ key, version, tallied }: Entry): string =>
  JSON.stringify([key.sensorId, key.column, version, tallied.day.epochMilliseconds])

/** More than the keys of the largest batch. */
const room = 2 ** 17

/** How often tallies are written, and how long after a failure the next one is not worth a line. */
const interval = "1 second"
const quiet = 60_000

/** Tallies for as long as the scope lives; the rest of them is written when it closes. */
export const make = Effect.fnUntraced(function* (
  models: Pick<Ports.SensorModels["Service"], "addTallies">,
  capacity = room
) {
  const turn = yield* Semaphore.make(1)
  const something = yield* Latch.make(false)
  let waiting = new Map<string, Entry>()
  let lost = 0
  let lastFailure = -Infinity

  const put = (entries: Iterable<Entry>) => {
    for (const entry of entries) {
      const name = nameOf(entry)
      const before = waiting.get(name)
      if (before !== undefined) {
        const { day } = entry.tallied
        const tallied = { ...Drift.merge(before.tallied, entry.tallied), day }
        waiting.set(name, { ...entry, tallied })
      } else if (waiting.size < capacity) waiting.set(name, entry)
      else lost += entry.tallied.count + entry.tallied.missing
    }
    if (waiting.size > 0) something.openUnsafe()
  }

  /** Cut off after the commit, it would be put back and written twice. */
  const write = Effect.uninterruptible(
    Effect.suspend(() => {
      if (waiting.size === 0) return Effect.void
      const taken = waiting
      waiting = new Map()
      something.closeUnsafe()
      return models
        .addTallies([...taken.values()])
        .pipe(Effect.onError(() => Effect.sync(() => put(taken.values()))))
    })
  )

  /** Writes what waits now, after whoever is writing. */
  const flush = turn.withPermit(write)

  const attempt = Effect.gen(function* () {
    const exit = yield* Effect.exit(flush)
    if (Exit.isSuccess(exit)) return
    const now = yield* Clock.currentTimeMillis
    if (now - lastFailure > quiet) {
      yield* Effect.logWarning("tallies of sensors are not written and tried again").pipe(
        Effect.annotateLogs({
          failure: Jobs.describeFailure(exit.cause),
          waiting: waiting.size,
          lost
        })
      )
    }
    lastFailure = now
  })

  yield* something.await.pipe(
    Effect.andThen(Effect.sleep(interval)),
    Effect.andThen(attempt),
    Effect.forever,
    Effect.forkScoped
  )
  // Registered last, so it runs before the fiber is interrupted.
  yield* Effect.addFinalizer(() => attempt)

  return {
    flush,
    add: (entries: ReadonlyArray<Entry>): Effect.Effect<void> =>
      Effect.suspend(() => {
        const full = waiting.size > 0 && waiting.size + entries.length > capacity
        return Effect.andThen(
          full ? attempt : Effect.void,
          Effect.sync(() => put(entries))
        )
      })
  }
})
