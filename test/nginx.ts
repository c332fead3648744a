/**
 * nginx with the configurations of this project: the same files, with the addresses of a test in place
 * of the containers'.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

export const advice = "needs nginx on Linux (apt-get install nginx)"

/** Where nginx is, if it is. */
export const binary = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"]
  .map((folder) => join(folder, "nginx"))
  .find((path) => process.platform === "linux" && existsSync(path))

export const freePort = Effect.promise(async () => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  await once(probe, "close")
  return typeof address === "object" && address !== null ? address.port : 0
})

/** The ports of this machine that stand for `name:port` in a configuration. */
type Upstreams = Readonly<Record<string, number>>

/** A configuration with other addresses, and a folder of its own for temporary files. */
const rendered = (folder: string, port: number, file: string, upstreams: Upstreams): string => {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`
  )
  const replacements = [
    ...Object.entries(upstreams).map(
      ([name, upstream]) => [`server ${name};`, `server 127.0.0.1:${upstream};`] as const
    ),
    ["listen 80;", `listen 127.0.0.1:${port};`],
    ["http {\n", `http {\n${temporary.join("\n")}\n`]
  ] as const
  return replacements.reduce(
    (text, [from, to]) => {
      expect(text.split(from).length, `one "${from.trim()}" in the configuration`).toBe(2)
      return text.replace(from, to)
    },
    readFileSync(new URL(`../${file}`, import.meta.url), "utf8")
  )
}

export interface Proxy {
  readonly port: number
  readonly process: ChildProcess
  /** Waits for a line in the log of nginx, past what an earlier wait has read. */
  readonly logged: (pattern: RegExp) => Effect.Effect<void>
  /** Lets nginx finish what is under way; gives its exit code and signal. */
  readonly quit: Effect.Effect<ReadonlyArray<unknown>>
  /** What nginx wrote of the requests; complete once it has quit. */
  readonly accessLog: () => string
}

/** nginx with a configuration of the project. */
export const proxy = Effect.fnUntraced(function* (
  nginx: string,
  file: string,
  upstreams: Upstreams
) {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "bedside-nginx-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const port = yield* freePort
  writeFileSync(join(folder, "nginx.conf"), rendered(folder, port, file, upstreams))
  const access = join(folder, "access.log")
  const directives = `daemon off; pid ${folder}/nginx.pid; error_log stderr notice;`
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => {
      // A file, since /dev/stdout cannot be opened where it is a socket.
      const stdout = openSync(access, "a")
      const args = ["-e", "stderr", "-c", join(folder, "nginx.conf"), "-g", directives]
      const started = spawn(nginx, args, { stdio: ["ignore", stdout, "pipe"] })
      closeSync(stdout)
      return started
    }),
    (started) =>
      Effect.promise(async () => {
        if (started.exitCode !== null || started.signalCode !== null) return
        started.kill("SIGTERM")
        await once(started, "exit")
      })
  )
  let log = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text
    child.emit("logged")
  })
  const logged = (pattern: RegExp) =>
    Effect.promise(async () => {
      for (let match = pattern.exec(log); ; match = pattern.exec(log)) {
        if (match !== null) {
          log = log.slice(match.index + match[0].length)
          return
        }
        if (child.exitCode !== null) throw new Error(`nginx ended: ${log}`)
        await Promise.race([once(child, "logged"), once(child, "exit")])
      }
    })
  yield* logged(/start worker process \d+\n/)
  const result: Proxy = {
    port,
    process: child,
    logged,
    quit: Effect.promise(() => {
      child.kill("SIGQUIT")
      return once(child, "exit")
    }),
    accessLog: () => readFileSync(access, "utf8")
  }
  return result
})
