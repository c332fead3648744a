import { describe, expect, it } from "@effect/vitest"
import * as Policy from "../../src/access/Policy.ts"

const { permits } = Policy

/** The table of rights as it is documented: a cross where the role may, in the order of `roles`. */
const documented = `
                        admin  clinician  device
users:manage            x      .          .
password:own            x      x          x
registrations:create    x      x          .
patients:read           .      x          .
patients:write          .      x          .
assessments:read        .      x          .
outcomes:state          .      x          .
measurements:record     .      x          x
measurements:read       .      x          .
measurements:read:own   .      x          x
measurements:change     .      x          .
ecgs:own                .      x          x
sensors:use             .      x          x
sensors:manage          .      x          .
models:manage           x      .          .
operations:manage       x      .          .
`

const [roles = [], ...rows] = documented
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/))

describe("Policy.permits", () => {
  it("has a row for every permission and a column for every role", () => {
    expect(rows.map(([permission]) => permission)).toEqual([...Policy.Permission.literals])
    expect(roles).toEqual([...Policy.Role.literals])
  })

  it("gives each role what its column says, and nothing else", () => {
    const actual = Policy.Permission.literals.map((permission) => [
      permission,
      ...Policy.Role.literals.map((role) => (permits([role], permission) ? "x" : "."))
    ])
    expect(actual).toEqual(rows)
  })

  it("gives nobody anything without a role", () => {
    expect(Policy.Permission.literals.some((permission) => permits([], permission))).toBe(false)
  })

  it.prop(
    "gives several roles the union of their rights",
    { one: Policy.Role, other: Policy.Role, permission: Policy.Permission },
    ({ one, other, permission }) => {
      expect(permits([one, other], permission)).toBe(
        permits([one], permission) || permits([other], permission)
      )
    }
  )

  it("keeps administrators from clinical data, and clinicians from running the system", () => {
    for (const permission of ["patients:read", "ecgs:own", "measurements:record"] as const) {
      expect(permits(["admin"], permission)).toBe(false)
    }
    expect(permits(["clinician"], "users:manage")).toBe(false)
    expect(permits(["admin", "clinician"], "ecgs:own")).toBe(true)
  })
})
