import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as CopyPosition from "../../src/monitoring/CopyPosition.ts"
import * as Events from "../../src/monitoring/Events.ts"

const id = "01890a5d-ac96-774b-bcce-b302099a8057"

const registered = {
  id,
  patientId: id,
  source: "patients",
  sequence: 1,
  at: "2026-03-01T10:00:00.000Z",
  type: "patient.registered",
  version: 1,
  data: {
    givenName: "Ada",
    familyName: "Byron",
    birthDate: "1990-12-10",
    conditions: [],
    oxygenScale: 1,
    createdAt: "2026-03-01T10:00:00.000Z",
    updatedAt: "2026-03-01T10:00:00.000Z",
    version: 1
  }
}

const tagOf = (message: unknown) => Events.read(message)._tag

describe("a message", () => {
  it.prop("is read back as it was written", [Schema.toType(Events.Message)], ([message]) => {
    const text = JSON.stringify(Events.write(message))
    // Years past 9999 are no time that is taken in anywhere.
    if (/"[+-]\d{6}-/.test(text)) return
    const read = Events.read(JSON.parse(text))
    expect(read._tag).toBe("message")
    if (read._tag === "message") expect(JSON.stringify(Events.write(read.message))).toBe(text)
  })

  it("of a type or version that is not known has its envelope read, and nothing else", () => {
    for (const change of [
      { version: 2 },
      { type: "patient.merged" },
      { version: 2, data: "anything" },
      { type: "measurement.recorded", version: 9, data: undefined }
    ]) {
      const read = Events.read({ ...registered, ...change })
      expect(read).toMatchObject({ _tag: "unknown", envelope: { sequence: 1, source: "patients" } })
    }
  })

  it("that is known and not as it should be is malformed, with its place in the stream", () => {
    const read = Events.read({ ...registered, data: { ...registered.data, givenName: 5 } })
    expect(read).toMatchObject({ _tag: "malformed", envelope: { sequence: 1 } })
  })

  it("without a good envelope is malformed, and nowhere", () => {
    for (const bad of [
      null,
      undefined,
      "text",
      [],
      Buffer.from("not json"),
      {},
      { ...registered, sequence: 0 },
      { ...registered, sequence: 1.5 },
      { ...registered, patientId: "1" },
      { ...registered, source: "ecgs" },
      { ...registered, at: "yesterday" },
      { ...registered, type: "patient\u0000registered" },
      { type: "heartbeat", version: 2, source: "patients", at: registered.at }
    ]) {
      expect(Events.read(bad)).toEqual({ _tag: "malformed", envelope: undefined })
    }
  })

  it("may have more than is known of it, which is left out", () => {
    expect(tagOf({ ...registered, sentBy: "a later version" })).toBe("message")
  })

  it("tells of a patient neither contact nor identifiers nor photo", () => {
    const told = Object.keys(Events.ToldPatient.fields)
    expect(told).toContain("birthDate")
    for (const field of ["identifiers", "email", "phone", "hasPhoto", "registration", "id"]) {
      expect(told).not.toContain(field)
    }
  })
})

describe("a position", () => {
  const at = (sequence: number, ...waiting: ReadonlyArray<number>) => ({ sequence, waiting })

  it("goes on with exactly those that waited for it", () => {
    const step = CopyPosition.take(at(3, 5, 6, 8), 4)
    expect([step.outcome, step.position, step.freed]).toEqual(["applied", at(6, 8), [5, 6]])
  })

  it("knows what it has and what waits, and has a bound for what waits", () => {
    expect(CopyPosition.take(at(3), 3).outcome).toBe("known")
    expect(CopyPosition.take(at(3, 7), 7).outcome).toBe("known")
    const full = at(0, ...Array.from({ length: CopyPosition.mostWaiting }, (_, i) => i + 2))
    const over = CopyPosition.mostWaiting + 2
    expect(CopyPosition.take(full, over)).toMatchObject({ outcome: "passed-over", position: full })
    const all = CopyPosition.take(full, 1)
    expect([all.position, all.freed.length]).toEqual([at(over - 1), CopyPosition.mostWaiting])
  })

  it("needs nothing before what closes the stream", () => {
    const closed = CopyPosition.take(at(1, 5), 9, true)
    expect([closed.outcome, closed.position, closed.freed]).toEqual(["applied", at(9), []])
    expect(CopyPosition.take(at(9), 9, true).outcome).toBe("known")
  })

  it("steps over what is missing, as far as was said and no further", () => {
    expect(CopyPosition.stepOver(at(3, 7), 5)).toMatchObject({
      missing: { from: 4, through: 5 },
      position: at(5, 7),
      freed: []
    })
    expect(CopyPosition.stepOver(at(3, 7, 8), 20)).toMatchObject({
      missing: { from: 4, through: 6 },
      position: at(8),
      freed: [7, 8]
    })
    expect(CopyPosition.stepOver(at(3), 6)).toMatchObject({
      missing: { from: 4, through: 6 },
      position: at(6)
    })
    expect(CopyPosition.stepOver(at(3, 4), 3).missing).toBeUndefined()
  })

  it.prop(
    "takes each event once and in order, whatever comes when and how often",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 })))],
    ([came]) => {
      const applied: Array<number> = []
      let position: CopyPosition.CopyPosition = at(0)
      for (const sequence of [...came, ...Array.from({ length: 12 }, (_, index) => index + 1)]) {
        const step = CopyPosition.take(position, sequence)
        if (step.outcome === "applied") applied.push(sequence)
        applied.push(...step.freed)
        position = step.position
      }
      expect(applied).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
      expect(position).toEqual(at(12))
    }
  )
})
