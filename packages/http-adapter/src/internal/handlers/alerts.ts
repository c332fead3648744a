/**
 * The stream of alerts as server-sent events: what the API describes, and comments in between, which
 * keep proxies from closing a quiet connection.
 */
import * as Sensing from "@bedside/core/Sensing"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Sensors from "../api/Sensors.ts"

const alert = Schema.encodeSync(Sensors.Alert)

const dataOf = (notice: Sensing.Notice): unknown => {
  switch (notice._tag) {
    case "Listening":
      return {}
    case "Alert":
      return alert(notice.alert)
    case "Dropped":
      return { count: notice.count }
  }
}

const written = (notice: Sensing.Notice): string =>
  Sse.encoder.write({
    _tag: "Event",
    id: notice.id,
    event: notice._tag.toLowerCase(),
    data: JSON.stringify(dataOf(notice))
  })

const heartbeats = Stream.tick("15 seconds").pipe(
  Stream.drop(1),
  Stream.map(() => ": still here\n\n")
)

/** Streams that one user may listen to at once: a page in some tabs, not a way to exhaust a server. */
const mostStreams = 20

/** Counts the streams that each user listens to. */
export const makeListeners = () => {
  const listening = new Map<string, number>()
  const add = (user: string, more: number) =>
    Effect.sync(() => void listening.set(user, (listening.get(user) ?? 0) + more))
  return {
    /** Whether the user listens to as many as may be. */
    isFull: (user: string): boolean => (listening.get(user) ?? 0) >= mostStreams,
    /** The stream, counted for as long as it is listened to. */
    counted: <A>(user: string, stream: Stream.Stream<A>): Stream.Stream<A> =>
      Stream.unwrap(
        Effect.as(
          Effect.acquireRelease(add(user, 1), () => add(user, -1)),
          stream
        )
      )
  }
}

/** As long as a token is good for, unless said otherwise: whoever listens on brings a new one. */
const longest = Effect.sleep("1 hour")

/** The answer that goes on until `stopping`, or for an hour. */
export const answer = (
  notices: Stream.Stream<Sensing.Notice>,
  stopping: Effect.Effect<void>
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.stream(
    notices.pipe(
      Stream.mapArray((some) => [some.map(written).join("")]),
      Stream.merge(heartbeats),
      Stream.interruptWhen(Effect.race(stopping, longest)),
      Stream.encodeText
    ),
    {
      contentType: "text/event-stream",
      // A proxy that gathers answers before it sends them on would hold alerts back.
      headers: { "x-accel-buffering": "no" }
    }
  )
