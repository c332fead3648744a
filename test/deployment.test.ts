/**
 * The files for a deployment name what is there. No container engine runs here: what would only be
 * seen when an image is built is held against the project instead.
 */
import { describe, expect, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse, parseAllDocuments } from "yaml"
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
  "examples/worker",
  "examples/microservices"
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

describe("the image of the two services", () => {
  const image = read("deploy/microservices/Dockerfile")
  const both = read("deploy/microservices/compose.yaml")

  it("gets the manifest of every package that they need, of the server's parts too", () => {
    const copied = matches(image, /^COPY (\S+)\/package\.json /gm)
    const needed = new Set(["examples/server", "examples/microservices"].flatMap(closure))
    expect(copied.toSorted()).toEqual([...needed].toSorted())
  })

  it("runs files that are there, and is made of files that are", () => {
    const run = [
      ...matches(image, /"(examples\/[^"]+)"/g),
      ...matches(both, /(examples\/\S+\.ts)/g)
    ]
    expect(new Set(run)).toEqual(
      new Set(["patients", "measurements"].map((part) => `examples/microservices/${part}/main.ts`))
    )
    expect(run.filter((file) => !existsSync(pathOf(file)))).toEqual([])
    expect(matches(both, /^ +dockerfile: (\S+)$/gm)).toEqual(["deploy/microservices/Dockerfile"])
    expect(matches(both, /- \.\/(\S+):\/etc/g)).toEqual(["nginx.conf"])
  })

  it("is as the image of the server in all that is not its name", () => {
    const common = (text: string) =>
      text.slice(text.indexOf("\nENV ")).replaceAll(/^(?:#.*|CMD .*)\n|^\n/gm, "")
    expect(common(image)).toBe(common(dockerfile))
    expect(matches(image, /pnpm@([\d.]+)/g)).toEqual(matches(dockerfile, /pnpm@([\d.]+)/g))
  })

  it("is given only variables that the services read, and no default for what is secret", () => {
    const known = ["patients", "measurements"].flatMap((name) =>
      matches(read(`examples/microservices/${name}/main.ts`), /Config\.\w+\("(\w+)"\)/g)
    )
    const set = matches(both, /^ {2,6}((?:BEDSIDE_|SMTP_|DATABASE_)\w+):/gm)
    expect(set.length).toBeGreaterThan(5)
    expect(set.filter((name) => !known.includes(name))).toEqual([])
    const secrets = matches(both, /\$\{(\w*(?:PASSWORD|SECRET)\w*\W.)/g)
    expect(new Set(secrets)).toEqual(
      new Set([
        "POSTGRES_PASSWORD:?",
        "RABBITMQ_PASSWORD:?",
        "BEDSIDE_ADMIN_PASSWORD:?",
        "BEDSIDE_TOKEN_SECRET:?"
      ])
    )
  })

  it("stands where the proxy looks for it", () => {
    const upstreams = matches(read("deploy/microservices/nginx.conf"), /^\s*server (\w+:\d+);/gm)
    const [port = "none"] = matches(image, /^ {4}PORT=(\d+)/gm)
    expect(upstreams).toEqual([`patients:${port}`, `measurements:${port}`])
    expect(both).toMatch(/^ {2}patients:$/m)
    expect(both).toMatch(/^ {2}measurements:$/m)
  })
})
/** The variables that a process reads. */
const variables = (name: string) =>
  matches(read(`examples/${name}/main.ts`), /Config\.\w+\((?:Schema\.\w+, )?"(\w+)"\)/g)

describe("compose.yaml", () => {
  it("sets only variables that server and worker read", () => {
    const known = ["server", "worker"].flatMap(variables)
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

const manifests = "deploy/kubernetes"

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}

/** What is looked at of the pods of a Deployment. */
interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: object
  readonly containers: ReadonlyArray<{
    readonly image: string
    readonly command?: ReadonlyArray<string>
    readonly ports: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>
    readonly env: ReadonlyArray<{ readonly name: string; readonly value?: string }>
    readonly startupProbe: Probe
    readonly livenessProbe: Probe
    readonly readinessProbe: Probe
    readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } }
    readonly securityContext: object
    readonly volumeMounts: ReadonlyArray<{ readonly name: string; readonly mountPath: string }>
  }>
  readonly volumes: ReadonlyArray<{ readonly name: string }>
}

interface Resource {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec: {
    readonly selector: { readonly matchLabels: object }
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: Pod }
    readonly podSelector: { readonly matchLabels: object }
    readonly ports: ReadonlyArray<{ readonly targetPort: string }>
    readonly ingress: ReadonlyArray<{ readonly ports: ReadonlyArray<{ readonly port: string }> }>
    readonly scaleTargetRef: { readonly kind: string; readonly name: string }
    readonly metrics: ReadonlyArray<{
      readonly external: { readonly metric: { readonly name: string } }
    }>
  }
}

const files = readdirSync(pathOf(manifests)).filter((file) => file !== "kustomization.yaml")

const resources = files.flatMap((file) =>
  parseAllDocuments(read(`${manifests}/${file}`)).map((document): Resource => {
    expect(document.errors, `${file} is YAML`).toEqual([])
    return document.toJS()
  })
)

const resource = (kind: string, name: string): Resource => {
  const found = resources.filter((it) => it.kind === kind && it.metadata.name === name)
  expect(found, `${kind} ${name}`).toHaveLength(1)
  return found[0]!
}

const secondsIn = (file: string, pattern: RegExp): number => Number(matches(read(file), pattern)[0])

describe.each([
  {
    name: "server",
    port: Number(matches(dockerfile, /^ {4}PORT=(\d+)/gm)[0]),
    portName: "http",
    drain: secondsIn("packages/http-adapter/src/Server.ts", /options\.drain \?\? "(\d+) seconds"/g)
  },
  {
    name: "worker",
    port: secondsIn(
      "examples/worker/main.ts",
      /"BEDSIDE_METRICS_PORT"\)\.pipe\(Config\.withDefault\((\d+)\)\)/g
    ),
    portName: "metrics",
    drain: secondsIn("packages/worker-adapter/src/Worker.ts", /drainTimeout = "(\d+) seconds"/g)
  }
])("the $name on Kubernetes", ({ name, port, portName, drain }) => {
  const deployment = resource("Deployment", `bedside-${name}`)
  const pod = deployment.spec.template.spec
  const container = pod.containers[0]!

  it("sets only variables that it reads, and none that is secret by its value", () => {
    const shared = Object.keys(resource("ConfigMap", "bedside").data ?? {})
    const known = variables(name)
    const set = container.env.map((it) => it.name)
    const both = ["server", "worker"].flatMap(variables)
    expect(set.filter((it) => !known.includes(it))).toEqual([])
    expect(shared.filter((it) => !both.includes(it))).toEqual([])
    const secret = container.env.filter((it) => /PASSWORD|SECRET|URL$/.test(it.name))
    expect(secret.map(({ value }) => value)).toEqual(secret.map(() => undefined))
    expect(secret.length).toBeGreaterThan(1)
  })

  it("is asked where it listens, for paths that it has", () => {
    expect(container.ports).toEqual([{ name: portName, containerPort: port }])
    const { startupProbe, livenessProbe, readinessProbe } = container
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: "/readyz", port: portName },
      { path: "/livez", port: portName },
      { path: "/readyz", port: portName }
    ])
    const paths = matches(
      read("packages/http-adapter/src/Operations.ts"),
      /HttpApiEndpoint\.get\("\w+", "(\/\w+)"/g
    )
    expect(paths).toEqual(expect.arrayContaining(["/livez", "/readyz"]))
  })

  it("has more time to stop than it takes", () => {
    const asleep = container.lifecycle?.preStop.sleep.seconds ?? 0
    expect(drain).toBeGreaterThan(0)
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(asleep + drain + 10)
  })

  it("may no more than it needs, and writes where the image does", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] }
    })
    const [data = "none"] = matches(dockerfile, /BEDSIDE_DATA_DIR=(\S+)/g)
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/tmp", data])
    expect(pod.volumes.map((it) => it.name)).toEqual(container.volumeMounts.map((it) => it.name))
  })

  it("runs the image of this project, and a file that is there", () => {
    const [command = "none"] = matches(dockerfile, /^CMD \["node", "(\S+)"\]/gm)
    expect(container.image).toBe("bedside")
    expect((container.command ?? ["node", command])[1]).toBe(`examples/${name}/main.ts`)
  })

  it("is the one that its budget and its labels mean", () => {
    const { labels } = deployment.spec.template.metadata
    expect(deployment.spec.selector.matchLabels).toEqual(labels)
    const budget = resource("PodDisruptionBudget", `bedside-${name}`)
    expect(budget.spec.selector.matchLabels).toEqual(labels)
  })
})

describe("Kubernetes", () => {
  it("is given every file, and nothing secret", () => {
    const { resources: listed } = parse(read(`${manifests}/kustomization.yaml`))
    expect(new Set(listed)).toEqual(new Set(files))
    expect(resources.filter(({ kind }) => kind === "Secret")).toEqual([])
  })

  it("leads requests to the server, and lets only what reads metrics to a worker", () => {
    const { spec } = resource("Service", "bedside")
    const server = resource("Deployment", "bedside-server").spec.template
    expect(spec.selector).toEqual(server.metadata.labels)
    expect(spec.ports.map(({ targetPort }) => targetPort)).toEqual(["http"])
    const policy = resource("NetworkPolicy", "bedside-worker").spec
    const worker = resource("Deployment", "bedside-worker").spec.template
    expect(policy.podSelector.matchLabels).toEqual(worker.metadata.labels)
    expect(policy.ingress.flatMap(({ ports }) => ports)).toEqual([{ port: "metrics" }])
  })

  it("counts workers by a figure that processes tell", () => {
    const { spec } = resource("HorizontalPodAutoscaler", "bedside-worker")
    expect(spec.scaleTargetRef).toMatchObject({ kind: "Deployment", name: "bedside-worker" })
    const [metric = "none"] = spec.metrics.map(({ external }) => external.metric.name)
    expect(read("packages/core/src/monitoring/Operating.ts")).toContain(`Metric.gauge("${metric}"`)
    expect(matches(read(`${manifests}/autoscaling.yaml`), /max\((\w+)\)/g)).toEqual([metric])
  })
})
