/**
 * Someone who calls a server over HTTP, with a token or without.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** What a request was answered with; `body` is parsed where it is JSON, and the text elsewhere. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: ReturnType<typeof JSON.parse>
}

export interface Caller {
  readonly authorization: string | undefined
  /** A connection that breaks is a rejection; a body that is neither text nor a form is sent as JSON. */
  readonly send: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>
  ) => Promise<Answer>
  readonly get: (path: string) => Effect.Effect<Answer>
  readonly post: (
    path: string,
    body?: unknown,
    headers?: Record<string, string>
  ) => Effect.Effect<Answer>
}

const content = (body: unknown) => {
  if (body instanceof FormData) return { body }
  if (body === undefined) return {}
  const json = { "content-type": "application/json" }
  return typeof body === "string"
    ? { body, headers: json }
    : { body: JSON.stringify(body), headers: json }
}

/** A caller of a server. */
export const make = (url: string, token?: string): Caller => {
  const authorization = token === undefined ? undefined : `Bearer ${token}`
  const send: Caller["send"] = async (method, path, sent, headers = {}) => {
    const given = content(sent)
    const response = await fetch(`${url}${path}`, {
      method,
      ...given,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...given.headers,
        ...headers
      }
    })
    const text = await response.text()
    const json = /\bjson\b/.test(response.headers.get("content-type") ?? "") && text !== ""
    const body = json ? JSON.parse(text) : text
    return { status: response.status, headers: response.headers, text, body }
  }
  return {
    authorization,
    send,
    get: (path) => Effect.promise(() => send("GET", path)),
    post: (path, body, headers) => Effect.promise(() => send("POST", path, body, headers))
  }
}

/** A caller who has signed in. */
export const signIn = Effect.fnUntraced(function* (url: string, user: string, password: string) {
  const { status, text, body } = yield* make(url).post("/api/v1/token", { user, password })
  if (status !== 200) throw new Error(`signing in as ${user}: ${status} ${text}`)
  return make(url, body.accessToken)
})

/** Asks again until the answer is as it should be; the test's own time is the limit. */
export const eventually = <E, R>(
  ask: Effect.Effect<Answer, E, R>,
  holds: (answer: Answer) => boolean
): Effect.Effect<Answer, E, R> =>
  Effect.repeat(ask, { until: holds, schedule: Schedule.spaced("20 millis") })
