/**
 * Alerts on their way to those who listen in this process.
 *
 * All listeners share one bounded buffer. Whoever is so slow that the buffer runs over loses the
 * oldest alerts, and nobody else does; alerts are numbered, so a gap in the numbers says how many
 * those were. Nothing is kept, or even made, while nobody listens.
 */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type * as DateTime from "effect/DateTime"
import type * as SensorModel from "../../sensor/SensorModel.ts"

/**
 * A value that was found to be in alert, when and by what.
 *
 * @since 0.2.0
 */
export interface Alert extends SensorModel.Key, Omit<SensorModel.Prediction, "alert"> {
  readonly at: DateTime.Utc
}

/**
 * What those who listen get: first that they are listened to, then each alert, and in place of alerts
 * that they were too slow for, or that came while they were away, how many those were.
 *
 * @since 0.2.0
 */
export type Notice =
  | { readonly _tag: "Listening"; readonly id: string }
  | { readonly _tag: "Alert"; readonly id: string; readonly alert: Alert }
  | { readonly _tag: "Dropped"; readonly id: string; readonly count: number }

interface Numbered {
  readonly number: number
  readonly alert: Alert
}

/** More than the largest batch, so that one batch alone costs nobody an alert. */
const capacity = 2 ** 17

/** How many alerts a listener takes at once. */
const chunk = 1_024

const numbered = function* (
  first: number,
  count: number,
  alertAt: (index: number) => Alert
): Generator<Numbered> {
  for (let index = 0; index < count; index++) {
    yield { number: first + index, alert: alertAt(index) }
  }
}

export const make = Effect.gen(function* () {
  const hub = yield* PubSub.sliding<Numbered>(capacity)
  const run = (yield* Clock.currentTimeMillis).toString(36)
  let last = 0

  const idOf = (number: number): string => `${run}-${number}`

  /** How many alerts there were since one, if it is of this process. */
  const since = (id: string | undefined): number => {
    const [of, number] = id?.split("-") ?? []
    return of === run && /^\d{1,15}$/.test(number ?? "") ? Math.max(0, last - Number(number)) : 0
  }

  const dropped = (count: number, until: number): ReadonlyArray<Notice> =>
    count > 0 ? [{ _tag: "Dropped", id: idOf(until), count }] : []

  return {
    ring: (count: number, alertAt: (index: number) => Alert): Effect.Effect<void> =>
      Effect.suspend(() => {
        const first = last + 1
        last += count
        return PubSub.publishAll(hub, numbered(first, count, alertAt))
      }),
    listen: (after: string | undefined): Stream.Stream<Notice> =>
      Stream.unwrap(
        Effect.map(PubSub.subscribe(hub), (subscription) => {
          let next = last + 1
          const noticed = (taken: ReadonlyArray<Numbered>): ReadonlyArray<Notice> =>
            taken.flatMap(({ number, alert }) => {
              const gap = dropped(number - next, number - 1)
              next = number + 1
              return [...gap, { _tag: "Alert", id: idOf(number), alert }]
            })
          const start: ReadonlyArray<Notice> = [
            { _tag: "Listening", id: idOf(last) },
            ...dropped(since(after), last)
          ]
          return Stream.fromEffectRepeat(PubSub.takeBetween(subscription, 1, chunk)).pipe(
            Stream.map(noticed),
            Stream.filter(Arr.isReadonlyArrayNonEmpty),
            Stream.flattenArray,
            (alerts) => Stream.concat(Stream.fromIterable(start), alerts)
          )
        })
      )
  }
})
