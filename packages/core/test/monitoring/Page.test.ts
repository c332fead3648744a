import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Page from "../../src/monitoring/Page.ts"

const Key = Schema.Struct({ name: Schema.String, at: Schema.DateTimeUtcFromString })

const codes = (cursor: string, key: Schema.ConstraintCodec<unknown, unknown> = Schema.String) => {
  const after = Page.after({ limit: 1, cursor }, key)
  return Result.isFailure(after) ? after.failure.issues.map((it) => `${it.path} ${it.code}`) : []
}

describe("Page.make", () => {
  const letters = (count: number) => ["a", "b", "c", "d"].slice(0, count)
  const make = (count: number, limit: number) => Page.make(letters(count), limit, (it) => it)

  it("is empty, and the last one, without records", () => {
    expect(make(0, 2)).toEqual({ items: [], next: null })
  })

  it("is the last one up to its limit, and has a next beyond it", () => {
    expect(make(1, 2)).toEqual({ items: ["a"], next: null })
    expect(make(2, 2)).toEqual({ items: ["a", "b"], next: null })
    expect(make(3, 2)).toEqual({ items: ["a", "b"], next: Page.cursor("b") })
  })
})

describe("Page.after", () => {
  it("is nothing without a cursor", () => {
    expect(Page.after({ limit: 10 }, Schema.String)).toEqual(Result.succeed({}))
  })

  it("refuses what is no cursor of this list, and repeats none of it", () => {
    for (const cursor of ["", "?", "x", "bm8", Page.cursor(7), Page.cursor({ name: "x" })]) {
      expect(codes(cursor)).toEqual(["cursor format"])
      expect(codes(cursor, Key)).toEqual(["cursor format"])
    }
  })

  it.prop("reads back what a page keeps of its last record", { key: Key }, ({ key }) => {
    const page = Page.make([key, key], 1, Schema.encodeSync(Key))
    expect(page.next).toMatch(/^[\w-]+$/)
    expect(Page.after({ limit: 1, cursor: page.next ?? "" }, Key)).toEqual(
      Result.succeed({ after: key })
    )
  })
})
