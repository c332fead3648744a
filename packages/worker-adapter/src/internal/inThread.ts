/**
 * Readers that run in a thread of their own.
 *
 * A file that is damaged, or made to do harm, can have a library go on for ever, or for more rows than
 * there can be; only another thread can end that. And unpacking a large part holds up nothing else.
 */
import * as Fitting from "@bedside/core/Fitting"
import * as Readings from "@bedside/core/Readings"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { Worker } from "node:worker_threads"
import * as FileFit from "./fileFit.ts"
import type { Task, Told } from "./threadSide.ts"

/** How long a thread may be silent. */
export interface Options {
  readonly patience?: Duration.Input | undefined
}

const silent: Told = { _tag: "Refuses", because: "format" }

/** The most that a thread may keep beside the bytes of numbers. */
const resourceLimits = { maxOldGenerationSizeMb: 1_024 }

/** A thread for as long as the scope lives: what it tells next, and a way to answer. */
const threadOf = Effect.fnUntraced(function* (
  script: URL,
  workerData: Task,
  { patience = "60 seconds" }: Options
) {
  const told = yield* Queue.unbounded<Told>()
  const thread = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new Worker(script, { workerData, resourceLimits })
        .on("message", (message: Told) => Queue.offerUnsafe(told, message))
        .on("error", () => Queue.offerUnsafe(told, silent))
        .on("exit", () => Queue.offerUnsafe(told, silent))
    ),
    (it) => Effect.promise(() => it.terminate())
  )
  const next = Effect.timeoutOrElse(Queue.take(told), {
    duration: patience,
    orElse: () => Effect.succeed(silent)
  })
  return { next, answer: (bytes: Uint8Array) => thread.postMessage(bytes, []) }
})

/** A reader by the script of its thread; `format` and `parts` complete "Expected …". */
export const reader = (
  script: URL,
  expected: { readonly format: string; readonly parts: string },
  options: Options
): Fitting.Reader =>
  Effect.fnUntraced(function* (content, mapping, advance) {
    const names = [mapping.sensor, ...Object.values(mapping.columns)]
    const thread = yield* threadOf(script, { size: content.size, names }, options)
    const fit = FileFit.make(Object.keys(mapping.columns))
    for (;;) {
      const told = yield* thread.next
      switch (told._tag) {
        case "Asks":
          thread.answer(yield* content.read(told.from, told.to))
          break
        case "Read":
          fit.add(told.rows)
          yield* advance(fit.progress(Math.floor(content.size * told.share)))
          break
        case "Lacks":
          return yield* new Readings.MissingColumns({ missing: told.missing })
        case "Refuses":
          return yield* new Fitting.Unreadable({ expected: expected[told.because] })
        case "Ends":
          return fit.result()
      }
    }
  }, Effect.scoped)
