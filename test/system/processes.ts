/**
 * The examples as the processes they are: started from their sources on a free port, watched line by
 * line, ended by any signal.
 *
 * A process is gone with the scope of its test, and goes too when the test's own process dies: it is
 * told through the channel between the two, which the operating system closes.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as Caller from "./caller.ts"

/** How a process ended: one of the two is null. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Process {
  /** The lines of standard output so far. */
  readonly lines: ReadonlyArray<string>
  readonly errors: ReadonlyArray<string>
  readonly ended: Effect.Effect<Ended>
  /** Waits until the condition holds, looking at each new line; a process that ends first is a defect. */
  readonly until: (holds: () => boolean) => Effect.Effect<void>
  /** Sends the signal and waits for the end. */
  readonly stop: (signal: NodeJS.Signals) => Effect.Effect<Ended>
  readonly signal: (signal: NodeJS.Signals) => void
}

type Variables = Readonly<Record<string, string>>

const root = fileURLToPath(new URL("../..", import.meta.url))

const open = (script: string, variables: Variables, args: ReadonlyArray<string>) => {
  const child = spawn(
    process.execPath,
    [
      "--conditions=@bedside/source",
      "--disable-warning=ExperimentalWarning",
      `--import=${new URL("../../scripts/follow.mjs", import.meta.url).href}`,
      join(root, "examples", script),
      ...args
    ],
    {
      cwd: root,
      // Nothing else of ours: a DATABASE_URL of whoever runs the tests is not for the tests.
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1", ...variables },
      stdio: ["ignore", "pipe", "pipe", "ipc"]
    }
  )
  const lines: Array<string> = []
  const errors: Array<string> = []
  const waiting = new Set<() => void>()
  const look = () => {
    for (const check of waiting) check()
  }
  const ended = Deferred.makeUnsafe<Ended>()
  let over = false
  for (const [stream, into] of [
    [child.stdout, lines],
    [child.stderr, errors]
  ] as const) {
    if (stream === null) continue
    createInterface(stream).on("line", (line) => {
      into.push(line)
      look()
    })
  }
  child.once("close", (code, signal) => {
    over = true
    Deferred.doneUnsafe(ended, Effect.succeed({ code, signal }))
    look()
  })
  const signal = (name: NodeJS.Signals) => void child.kill(name)
  const result: Process = {
    lines,
    errors,
    ended: Deferred.await(ended),
    signal,
    stop: (name) => Effect.suspend(() => (signal(name), result.ended)),
    until: (holds) =>
      Effect.callback((resume) => {
        const done = (result: Effect.Effect<void>) => {
          waiting.delete(check)
          resume(result)
        }
        const check = () => {
          if (holds()) done(Effect.void)
          else if (over) {
            done(Effect.die(new Error([`${script} ended`, ...lines, ...errors].join("\n"))))
          }
        }
        waiting.add(check)
        check()
        return Effect.sync(() => waiting.delete(check))
      })
  }
  return result
}

/** An example as a process. */
export const start = (
  script: string,
  variables: Variables,
  ...args: ReadonlyArray<string>
): Effect.Effect<Process, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => open(script, variables, args)),
    (it) => it.stop("SIGKILL")
  )

/** A new directory that is gone with the scope. */
export const directory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "bedside-system-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Waits until a file or folder is there. */
export const exists = (path: string): Effect.Effect<void> =>
  Effect.sync(() => existsSync(path)).pipe(
    Effect.repeat({ until: (there) => there, schedule: Schedule.spaced("1 millis") }),
    Effect.asVoid
  )

/**
 * A port that is free, from below those that the system hands to outgoing connections: the thousand
 * clients of a test beside this one cannot take it.
 */
export const freePort: Effect.Effect<number> = Effect.promise(async () => {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const probe = createServer().listen(port, "127.0.0.1")
    const free = await Promise.race([
      once(probe, "listening").then(() => true),
      once(probe, "error").then(() => false)
    ])
    probe.close()
    if (free) return port
  }
})

/** A server that is ready, and those who call it. */
export interface Server extends Process {
  readonly url: string
  readonly anyone: Caller.Caller
  /** Signs in; the password is the one that the server printed, unless it is given. */
  readonly as: (user: string, password?: string) => Effect.Effect<Caller.Caller>
}

/** The password that the welcome prints for a user. */
const printed = (lines: ReadonlyArray<string>, user: string): string => {
  const line = lines.find((text) => text.startsWith(`  ${user} `))
  const password = line?.trim().split(/\s+/)[1]
  if (password === undefined) throw new Error(`no password for ${user} in\n${lines.join("\n")}`)
  return password
}

const answers = (url: string) =>
  Effect.promise(() =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false
    )
  )

/** The example server, not yet ready. */
export const starting = (variables: Variables) =>
  Effect.map(freePort, (port) => ({ PORT: String(port), ...variables })).pipe(
    Effect.flatMap((all) =>
      Effect.map(start("server/main.ts", all), (it) => ({
        ...it,
        url: `http://127.0.0.1:${all.PORT}`
      }))
    )
  )

/** The example server, ready. Its welcome is the last that it does before. */
export const server = Effect.fnUntraced(function* (variables: Variables) {
  const it = yield* starting(variables)
  yield* it.until(() => it.lines.some((line) => line.startsWith("Not a medical device")))
  yield* answers(it.url).pipe(
    Effect.repeat({ until: (ready) => ready, schedule: Schedule.spaced("20 millis") })
  )
  const result: Server = {
    ...it,
    anyone: Caller.make(it.url),
    as: (user, password) =>
      Effect.suspend(() => Caller.signIn(it.url, user, password ?? printed(it.lines, user)))
  }
  return result
})

/** A worker that takes jobs, and those who read what it says of itself. */
export interface Worker extends Process {
  readonly url: string
  readonly anyone: Caller.Caller
}

/** The example worker, taking jobs, on any port for its metrics unless one is given. */
export const worker = Effect.fnUntraced(function* (variables: Variables) {
  const it = yield* start("worker/main.ts", { BEDSIDE_METRICS_PORT: "0", ...variables })
  const found = () =>
    it.lines
      .filter((line) => line.includes("The worker takes jobs"))
      .map((line) => /metrics="?(http:\S+?)\/metrics/.exec(line)?.[1] ?? "")
  yield* it.until(() => found().length > 0)
  const [url = ""] = found()
  const result: Worker = { ...it, url, anyone: Caller.make(url) }
  return result
})
