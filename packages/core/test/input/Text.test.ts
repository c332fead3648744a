import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Invalid from "../../src/input/Invalid.ts"
import * as Text from "../../src/input/Text.ts"

const decode = Invalid.decoder(Text.upTo(20))

const codes = (text: string): ReadonlyArray<string> => {
  const decoded = decode(text)
  return Result.isFailure(decoded) ? decoded.failure.issues.map(({ code }) => code) : []
}

describe("Text.upTo", () => {
  it("refuses the empty text and one that is too long", () => {
    expect(codes("")).toEqual(["length"])
    expect(codes("x".repeat(20))).toEqual([])
    expect(codes("x".repeat(21))).toEqual(["length"])
  })

  it("takes every script, emoji, tabs and line ends", () => {
    for (const text of ["5'10\" = <b>", "Μαρία 李 علی", "🩺 ok", "a\tb\r\nc"]) {
      expect(codes(text)).toEqual([])
    }
  })

  it("refuses control characters and halves of a character, which no store keeps as they are", () => {
    for (const text of ["a\u0000", "\u0007", "a\u007F", "\u0085", "\uD83E", "a\uDE7Ab"]) {
      expect(codes(text)).toEqual(["pattern"])
    }
  })

  it.prop("keeps its text through UTF-8", { text: Text.upTo(20) }, ({ text }) => {
    expect(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(new TextEncoder().encode(text))
    ).toBe(text)
  })

  it("has a schema that decodes to the text it was given", () => {
    expect(Schema.decodeSync(Text.upTo(5))("bed 5")).toBe("bed 5")
  })
})
