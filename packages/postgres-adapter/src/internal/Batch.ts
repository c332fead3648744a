/**
 * Entries that come while others are being written are written together, by one statement.
 *
 * Nobody waits for company: the first entry is written at once, and whatever comes until that is
 * done is the next batch. An entry is over when its batch is, with the same outcome. The one that came
 * first writes for all, so nothing has to run in the background; it cannot be interrupted.
 */
import type * as Arr from "effect/Array"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

interface Batch<A, E> {
  readonly entries: Arr.NonEmptyArray<A>
  readonly written: Deferred.Deferred<void, E>
}

/**
 * Makes a way to write entries in batches.
 *
 * Shape: `write` is given an effect that closes the batch and tells its entries; until it runs that,
 * others may join. It may run it again, for another attempt at the same entries.
 *
 * Fails with: what `write` fails with.
 *
 * @since 0.1.0
 */
export const make = <A, E>(
  write: (close: Effect.Effect<Arr.NonEmptyReadonlyArray<A>>) => Effect.Effect<unknown, E>
): ((entry: A) => Effect.Effect<void, E>) => {
  let open: Batch<A, E> | undefined
  return (entry) =>
    Effect.suspend(() => {
      if (open !== undefined) {
        open.entries.push(entry)
        return Deferred.await(open.written)
      }
      const batch: Batch<A, E> = { entries: [entry], written: Deferred.makeUnsafe() }
      open = batch
      const close = Effect.sync(() => {
        if (open === batch) open = undefined
        return batch.entries
      })
      return Effect.yieldNow.pipe(
        // Those who are about to come in this very moment belong to it.
        Effect.andThen(write(close)),
        Effect.asVoid,
        Effect.onExit((exit) => Deferred.done(batch.written, exit)),
        Effect.uninterruptible
      )
    })
}
