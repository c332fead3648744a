/**
 * The dashboard and the alert rules name what the program measures: a metric that was renamed would
 * leave a panel empty and an alert silent, and nobody would notice.
 */
import * as Foretelling from "@bedside/core/Foretelling"
import * as Foretold from "@bedside/core/Foretold"
import * as Jobs from "@bedside/core/Jobs"
import * as Operating from "@bedside/core/Operating"
import * as Registry from "@bedside/core/Registry"
import * as Watching from "@bedside/core/Watching"
import * as Watch from "@bedside/worker-adapter/Watch"
import * as Worker from "@bedside/worker-adapter/Worker"
import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const read = (file: string) =>
  readFileSync(fileURLToPath(new URL(`../deploy/${file}`, import.meta.url).href), "utf8")

interface Panel {
  readonly id: number
  readonly title: string
  readonly targets: ReadonlyArray<{ readonly expr: string }>
}

const dashboard: { readonly panels: ReadonlyArray<Panel> } = JSON.parse(read("grafana/risk.json"))
const rules = read("alerts.yml")
  .split(/^ {6}- alert: /m)
  .slice(1)

const fieldOf = (rule: string, name: string) =>
  new RegExp(`^ +${name}: (.+)$`, "m").exec(rule)?.[1] ?? ""

const expressions = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...rules.map((rule) => fieldOf(rule, "expr"))
]

const found = (pattern: RegExp) =>
  new Set(expressions.flatMap((it) => Array.from(it.matchAll(pattern), ([, name]) => name ?? "")))

const metrics = [
  Foretelling.predictions,
  Foretelling.refusals,
  ...Object.values(Watching.gauges),
  Operating.oldestPending,
  Watch.succeeded,
  Worker.handled,
  Worker.duration
].map(({ id }) => id)

const values: { readonly [label: string]: ReadonlyArray<string> } = {
  kind: Jobs.Job.members.map(({ fields }) => fields._tag.schema.literal),
  outcome: ["completed", "refused", "failed", "given-back"] satisfies ReadonlyArray<Worker.Outcome>,
  role: Foretold.Role.literals,
  against: Watching.Against.literals,
  reason: Foretold.Refusal.fields.code.literals,
  band: Object.values(Foretelling.shipped).flatMap(({ bands }) => bands.map(({ band }) => band)),
  look: [...Registry.Task.literals, "queue"],
  task: [...Registry.Task.literals, "$task"]
}

describe("the dashboard and the alert rules", () => {
  it("name metrics that there are, and every one of the risk models and the looks", () => {
    const named = found(/\b(bedside_[a-z_]+?)(?:_bucket|_sum|_count)?\b(?=[{)[\s])/g)
    expect([...named].filter((name) => !metrics.includes(name))).toEqual([])
    const ofRisk = metrics.filter((name) => name.startsWith("bedside_risk_"))
    const ofLooks = [Operating.oldestPending, Watch.succeeded].map(({ id }) => id)
    expect([...ofRisk, ...ofLooks].filter((name) => !named.has(name))).toEqual([])
  })

  it("ask for labels that the metrics have, with values that they may have", () => {
    const asked = expressions.flatMap((it) =>
      Array.from(it.matchAll(/(\w+)=~?"([^"]*)"/g), ([, label = "", value = ""]) =>
        value.split("|").map((each) => ({ label, value: each }))
      ).flat()
    )
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter(({ label, value }) => !values[label]?.includes(value))).toEqual([])
    const grouped = [...found(/by \(([^)]*)\)/g)].flatMap((names) => names.split(", "))
    const known = new Set([...Object.keys(values), "version", "le"])
    expect(grouped.filter((name) => !known.has(name))).toEqual([])
  })

  it("have balanced expressions, panels of their own, and alerts that say what to do", () => {
    for (const expression of expressions) {
      for (const [open = "", close = ""] of ["()", "{}", "[]"].map((pair) => [...pair])) {
        expect([expression, expression.split(open).length]).toEqual([
          expression,
          expression.split(close).length
        ])
      }
    }
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(rules).not.toEqual([])
    for (const rule of rules) {
      expect(fieldOf(rule, "for")).toMatch(/^\d+m$/)
      expect(["warning", "critical"]).toContain(fieldOf(rule, "severity"))
      expect(fieldOf(rule, "summary")).not.toBe("")
      expect(fieldOf(rule, "action")).not.toBe("")
    }
  })
})
