/**
 * The files for a deployment name what is there. No container engine runs here: what would only be
 * seen when an image is built is held against the project instead.
 */
import { describe, expect, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Sources from "./sources.ts"

const pathOf = (file: string) => fileURLToPath(new URL(`../${file}`, import.meta.url).href)
const read = (file: string) => readFileSync(pathOf(file), "utf8")

const dockerfile = read("Dockerfile")
const compose = read("compose.yaml")

const matches = (text: string, pattern: RegExp): ReadonlyArray<string> =>
  Array.from(text.matchAll(pattern), ([, found]) => found ?? "")

const folders = [
  ...Sources.packages.map((name) => `packages/${name}`),
  "examples/server",
  "examples/worker"
]

/** The folders of a package and of every package of ours that it needs. */
const closure = (folder: string): ReadonlyArray<string> => {
  const needed = Object.keys(Sources.manifest(folder).dependencies ?? {})
  const own = folders.filter((each) => needed.includes(Sources.manifest(each).name))
  return [folder, ...own.flatMap(closure)]
}

describe("the image", () => {
  it("gets the manifest of every package that server and worker need", () => {
    const copied = matches(dockerfile, /^COPY (\S+)\/package\.json /gm)
    const needed = new Set(["examples/server", "examples/worker"].flatMap(closure))
    expect(copied.toSorted()).toEqual([...needed].toSorted())
  })

  it("runs files that are there", () => {
    const run = [
      ...matches(dockerfile, /"(examples\/[^"]+)"/g),
      ...matches(compose, /(examples\/\S+\.ts)/g)
    ]
    expect(run.toSorted()).toEqual(["examples/server/main.ts", "examples/worker/main.ts"])
    expect(run.filter((file) => !existsSync(pathOf(file)))).toEqual([])
  })

  it("installs with the pnpm that everything else here is installed with", () => {
    const [version = "none"] = matches(read("scripts/launch.mjs"), /^const PNPM = "([\d.]+)"/gm)
    expect(matches(dockerfile, /pnpm@([\d.]+)/g)).toEqual([version])
  })
})

describe("compose.yaml", () => {
  it("sets only variables that server and worker read", () => {
    const known = ["server", "worker"].flatMap((name) =>
      matches(read(`examples/${name}/main.ts`), /Config\.\w+\("(\w+)"\)/g)
    )
    const set = matches(compose, /^ {2,6}((?:BEDSIDE_|SMTP_|DATABASE_)\w+):/gm)
    expect(set.length).toBeGreaterThan(6)
    expect(set.filter((name) => !known.includes(name))).toEqual([])
  })

  it("asks a worker for its health where it listens", () => {
    const asked = matches(compose, /^ +- "fetch\('http:\/\/127\.0\.0\.1:(\d+\/\w+)'\)/gm)
    const port = /"BEDSIDE_METRICS_PORT"\)\.pipe\(Config\.withDefault\((\d+)\)\)/
    expect(asked).toEqual([`${port.exec(read("examples/worker/main.ts"))?.[1]}/readyz`])
    expect(compose).not.toMatch(/BEDSIDE_METRICS_PORT/)
    // Published by nobody: what is read there asks for no token.
    expect(matches(compose, /^ +ports:\n +- (.+)$/gm)).toEqual([
      "${BEDSIDE_LISTEN:-127.0.0.1:8080}:80"
    ])
  })

  it("gives no default to what is secret", () => {
    const secrets = matches(compose, /\$\{(\w*(?:PASSWORD|SECRET)\w*\W.)/g)
    expect(new Set(secrets)).toEqual(
      new Set(["POSTGRES_PASSWORD:?", "BEDSIDE_ADMIN_PASSWORD:?", "BEDSIDE_TOKEN_SECRET:?"])
    )
  })

  it("puts the server where the proxy looks for it", () => {
    const upstream = matches(read("deploy/nginx.conf"), /^\s*server (\w+:\d+);/gm)
    const [port = "none"] = matches(dockerfile, /^ {4}PORT=(\d+)/gm)
    expect(upstream).toEqual([`server:${port}`])
    expect(compose).toMatch(/^ {2}server:$/m)
  })
})
