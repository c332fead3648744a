/**
 * Looks that nobody has to ask for: at the active risk models, and at how long jobs have waited. What is
 * found is in the metrics.
 *
 * A loop outlives whatever happens in a look: what failed is said once and looked at again, after a
 * minute at most. Gauges are of a process, so each looks for itself; several looking at one store do no
 * harm.
 *
 * The guarantee that bites: a look that fails leaves the figures of the one before. `succeeded` tells
 * how old they are.
 */
import * as Jobs from "@bedside/core/Jobs"
import * as Operating from "@bedside/core/Operating"
import * as Registry from "@bedside/core/Registry"
import * as Watching from "@bedside/core/Watching"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"

/**
 * When each look last succeeded, in seconds since 1970, by `look`: the task of a model, or `queue`.
 *
 * @since 0.2.0
 */
export const succeeded = Metric.gauge("bedside_look_succeeded_timestamp_seconds", {
  description: "When each look last succeeded, in seconds since 1970"
})

/**
 * How long after a look the next one begins, at least a second.
 *
 * @since 0.2.0
 */
export interface Options {
  /**
   * At the active models: 10 minutes. A look reads all that they have foretold, 3 to 5 seconds of a
   * core for 100,000 times.
   */
  readonly models?: Duration.Input | undefined
  /** At the queue: 15 seconds. */
  readonly queue?: Duration.Input | undefined
}

/** What failed is looked at again after this, or after the time between two looks if that is less. */
const pause = Duration.minutes(1)

const repeated = <E, R>(look: string, run: Effect.Effect<unknown, E, R>, every: Duration.Input) => {
  const between = Duration.max(Duration.seconds(1), Duration.fromInputUnsafe(every))
  let failing = false

  const failed = Effect.fnUntraced(function* (exit: Exit.Failure<unknown, E>) {
    if (!failing) {
      yield* Effect.logError("a look failed and is tried again").pipe(
        Effect.annotateLogs({ look, failure: Jobs.describeFailure(exit.cause) })
      )
    }
    failing = true
    yield* Effect.sleep(Duration.min(pause, between))
  })

  const turn = Effect.gen(function* () {
    const exit = yield* Effect.exit(run)
    if (Exit.isFailure(exit)) return yield* failed(exit)
    failing = false
    const now = yield* Clock.currentTimeMillis
    yield* Metric.update(Metric.withAttributes(succeeded, { look }), now / 1_000)
    yield* Effect.sleep(between)
  })

  return Effect.forkScoped(Effect.forever(turn))
}

const make = Effect.fnUntraced(function* ({
  models = "10 minutes",
  queue = "15 seconds"
}: Options) {
  const watching = yield* Watching.Watching
  const operating = yield* Operating.Operating

  /** Against the training data where the model has them, and in any case against its first patients. */
  const look = Effect.fnUntraced(function* (task: Registry.Task) {
    const { against } = yield* watching.watch(task)
    if (against === "training") yield* watching.watch(task, { against: "first-patients" })
  })

  for (const task of Registry.Task.literals) {
    // Where no version is active there is nothing to look at, which is no failure.
    yield* repeated(
      task,
      Effect.catchTag(look(task), "NotFound", () => Effect.void),
      models
    )
  }
  yield* repeated("queue", operating.look, queue)
})

/**
 * The looks, for as long as the layer lives: the first at once, then one after the other.
 *
 * Shape: one for each process that shows metrics, beside `Worker.layer` or without it.
 *
 * Fails with: nothing; a store that is down is looked at again.
 *
 * @example
 * ```ts
 * import * as Memory from "@bedside/core/Memory"
 * import * as Operating from "@bedside/core/Operating"
 * import * as Watching from "@bedside/core/Watching"
 * import * as Watch from "@bedside/worker-adapter/Watch"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const watch = Watch.layer({ models: "1 hour" }).pipe(
 *   Layer.provide([Operating.Operating.layer, Watching.Watching.layer]),
 *   Layer.provide(Memory.layer)
 * )
 * const stopped = await Effect.runPromise(Effect.scoped(Layer.build(watch)).pipe(Effect.as("stopped")))
 * stopped // => "stopped"
 * ```
 * @since 0.2.0
 */
export const layer = (
  options: Options = {}
): Layer.Layer<never, never, Operating.Operating | Watching.Watching> =>
  Layer.effectDiscard(make(options))
