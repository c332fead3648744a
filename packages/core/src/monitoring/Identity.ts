/**
 * What gives a record its identity over time: a fresh id, and a version that callers must know
 * before they may change it.
 */
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * The record is at another version than the caller believes.
 *
 * @since 0.1.0
 */
export class Stale extends Schema.TaggedError<Stale>()("Stale", { current: Schema.Int }) {}

/**
 * Lets a caller through who knows the version of the record.
 *
 * Shape: the record and the version the caller believes it has.
 *
 * Fails with: `Stale`.
 *
 * @example
 * ```ts
 * import * as Identity from "@bedside/core/Identity"
 * import * as Result from "effect/Result"
 *
 * Result.isSuccess(Identity.atVersion({ version: 2 }, 2)) // => true
 * Result.isFailure(Identity.atVersion({ version: 2 }, 1)) // => true
 * ```
 * @since 0.1.0
 */
export const atVersion = (
  record: { readonly version: number },
  version: number
): Result.Result<void, Stale> =>
  version === record.version ? Result.void : Result.fail(new Stale({ current: record.version }))

/**
 * Makes ids of version 7, each larger than the one before from the same source.
 *
 * Shape: the type of id is the caller's choice.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Identity from "@bedside/core/Identity"
 * import * as SecureRandom from "effect/crypto/SecureRandom"
 * import * as Effect from "effect/Effect"
 *
 * const made = SecureRandom.SecureRandom.use((random) => Identity.next<string>(random))
 * Effect.runSync(made.pipe(Effect.provide(SecureRandom.layerWebCrypto))).length // => 36
 * ```
 * @since 0.1.0
 */
export const next = <Id extends string>(
  random: SecureRandom.SecureRandom["Service"]
): Effect.Effect<Id> =>
  // A generated UUID needs no check against the pattern of its brand.
  Effect.map(random.uuidV7(), (id) => id as Id)

/**
 * Makes many ids of version 7 at once, in ascending order.
 *
 * Shape: as many as asked for, at most 65,536; the type of id is the caller's choice. For many
 * records it takes a tenth of the time of `next`.
 *
 * Fails with: nothing.
 *
 * Method: the ids have the time and the counter of one id of the source, so they lie between those
 * made before and after them. The last 32 bits, which are random in every such id, are divided into
 * one interval for each, and each is random within its own.
 *
 * @example
 * ```ts
 * import * as Identity from "@bedside/core/Identity"
 * import * as SecureRandom from "effect/crypto/SecureRandom"
 * import * as Effect from "effect/Effect"
 *
 * const made = SecureRandom.SecureRandom.use((random) => Identity.many<string>(random, 3))
 * const ids = Effect.runSync(made.pipe(Effect.provide(SecureRandom.layerWebCrypto)))
 * ids.length // => 3
 * ids.toSorted().join() === ids.join() // => true
 * ```
 * @since 0.1.0
 */
export const many = <Id extends string>(
  random: SecureRandom.SecureRandom["Service"],
  count: number
): Effect.Effect<ReadonlyArray<Id>> =>
  Effect.zipWith(random.uuidV7(), random.randomBytes(4 * count), (first, bytes) => {
    const prefix = first.slice(0, -8)
    const width = Math.floor(2 ** 32 / count)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return Array.from({ length: count }, (_, index) => {
      const within = Math.floor((view.getUint32(4 * index) / 2 ** 32) * width)
      // As for `next`.
      return (prefix + hexadecimal(index * width + within)) as Id
    })
  })

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** From a table, which takes a third of the time of `toString` and `padStart`. */
const hexadecimal = (bits: number): string =>
  pairs[bits >>> 24]! +
  pairs[(bits >>> 16) & 255]! +
  pairs[(bits >>> 8) & 255]! +
  pairs[bits & 255]!
