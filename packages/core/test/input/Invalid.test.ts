import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Invalid from "../../src/input/Invalid.ts"

const problems = (schema: Schema.Codec<unknown, unknown>, input: unknown) => {
  const decoded = Invalid.decoder(schema)(input)
  return Result.isFailure(decoded) ? decoded.failure.issues : []
}

const short = (schema: Schema.Codec<unknown, unknown>, input: unknown) =>
  problems(schema, input).map((issue) => `${issue.path}|${issue.code}|${issue.expected}`)

const Lead = Schema.Struct({ name: Schema.Literals(["I", "II"]), signal: Schema.Array(Schema.Int) })

describe("Invalid", () => {
  it("has no problems for a good input", () => {
    expect(problems(Schema.Struct({}), {})).toEqual([])
  })

  it("names the whole body with the empty path", () => {
    expect(short(Lead, "text")).toEqual(["|type|an object"])
    expect(short(Lead, null)).toEqual(["|type|an object"])
    expect(short(Lead, [])).toEqual(["|type|an object"])
  })

  it("reports every problem at once, with the path as in the body", () => {
    const Ecg = Schema.Struct({ id: Schema.String, leads: Schema.Array(Lead) })
    expect(short(Ecg, { leads: [{ name: "X", signal: [1, 1.5, "2"] }, { signal: 3 }] })).toEqual([
      "id|missing|a string",
      'leads[0].name|enum|one of "I", "II"',
      "leads[0].signal[1]|type|an integer",
      "leads[0].signal[2]|type|an integer",
      'leads[1].name|missing|one of "I", "II"',
      "leads[1].signal|type|an array"
    ])
  })

  it("takes the code from the kind of check that failed", () => {
    const cases: ReadonlyArray<readonly [Schema.Codec<unknown, unknown>, unknown, string]> = [
      [Schema.Finite, Number.NaN, "type"],
      [Schema.Int.check(Schema.isGreaterThan(3)), 3, "range"],
      [Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })), 2, "range"],
      [Schema.String.check(Schema.isNonEmpty()), "", "length"],
      [Schema.Array(Schema.Int).check(Schema.isMaxLength(1)), [1, 2], "length"],
      [Schema.String.check(Schema.isPattern(/^a$/)), "b", "pattern"],
      [Schema.String.check(Schema.isUUID(7)), "b", "format"],
      [Schema.Array(Schema.Int).check(Schema.isUnique()), [1, 1], "unique"],
      [Schema.String.check(Schema.makeFilter(() => false)), "b", "value"],
      [Schema.DateTimeUtcFromString, "soon", "format"]
    ]
    for (const [schema, input, code] of cases) {
      expect(problems(schema, input).map((issue) => issue.code)).toEqual([code])
    }
  })

  it("writes literals as JSON does", () => {
    expect(short(Schema.Literals([1, "1", true]), 2)).toEqual(['|enum|one of 1, "1", true'])
    expect(short(Schema.Literal("a"), 2)).toEqual(['|enum|"a"'])
  })

  it("prefers the code, expectation and message that the author annotated", () => {
    const HeartRate = Schema.Finite.check(
      Schema.isBetween(
        { minimum: 0, maximum: 350 },
        { code: "impossible", expected: "0 to 350 /min", message: "No heart beats like that" }
      )
    )
    expect(problems(HeartRate, 351)).toEqual([
      {
        path: "",
        code: "impossible",
        expected: "0 to 350 /min",
        message: "No heart beats like that"
      }
    ])
    expect(short(HeartRate, "fast")).toEqual(["|type|0 to 350 /min"])
  })

  it("names the expectation of a transformation's result when that carries a code", () => {
    const When = Schema.DateTimeUtcFromString.annotate({ code: "time", expected: "an instant" })
    expect(short(When, "soon")).toEqual(["|time|an instant"])
    expect(short(When, 5)).toEqual(["|time|an instant"])
  })

  it("drops a message made while transforming, since it may quote the input", () => {
    const Quoting = Schema.String.pipe(
      Schema.decodeTo(Schema.Finite, {
        decode: SchemaGetter.transformEffect((value: string) =>
          Effect.fail(new SchemaIssue.InvalidValue({ message: `bad ${value}` }))
        ),
        encode: SchemaGetter.String()
      })
    )
    expect(JSON.stringify(problems(Quoting, "Garcia"))).not.toContain("Garcia")
  })

  it.prop(
    "never repeats a value that was sent",
    [Schema.String.check(Schema.isMinLength(6))],
    ([value]) => {
      const Person = Schema.Struct({
        name: Schema.String.check(Schema.isMaxLength(5)),
        sex: Schema.Literals(["female", "male"]),
        born: Schema.FiniteFromString,
        contact: Schema.Union([Schema.Struct({ email: Schema.Int }), Schema.Finite])
      })
      const marked = `${value}§${value}`
      const input = { name: marked, sex: marked, born: marked, contact: { email: marked } }
      const found = problems(Person, input)
      expect(found.map((issue) => issue.path)).toEqual(["name", "sex", "born", "contact.email"])
      expect(JSON.stringify(found)).not.toContain("§")
    }
  )

  describe("unions", () => {
    const Signal = Schema.Union([
      Schema.Struct({ name: Schema.String, signal: Schema.Array(Schema.Int) }),
      Schema.Struct({ name: Schema.String, signalBase64: Schema.String })
    ])

    it("report the member that lacks the fewest fields", () => {
      expect(short(Signal, { name: 1, signal: [0.5] })).toEqual([
        "name|type|a string",
        "signal[0]|type|an integer"
      ])
      expect(short(Signal, { name: "I", signalBase64: 7 })).toEqual(["signalBase64|type|a string"])
    })

    it("name the alternatives once when each lacks its own field", () => {
      expect(short(Schema.Struct({ lead: Signal }), { lead: { name: "I" } })).toEqual([
        'lead|missing|"signal" or "signalBase64"'
      ])
    })

    it("of unlike types give one problem", () => {
      expect(short(Schema.Union([Schema.String, Schema.Finite]), {})).toEqual([
        "|type|a string or a finite number"
      ])
      expect(short(Schema.NullOr(Schema.Boolean), 3)).toEqual(["|type|true or false or null"])
    })

    it("of one object or an array of them follow the input's own shape", () => {
      const OneOrMany = Schema.Union([Lead, Schema.Array(Lead)])
      expect(short(OneOrMany, [{ name: "I", signal: [] }, { name: "I" }])).toEqual([
        "[1].signal|missing|an array"
      ])
      expect(short(OneOrMany, { name: "I" })).toEqual(["signal|missing|an array"])
    })

    it("told apart by a literal name the literals", () => {
      const Value = Schema.Union([
        Schema.Struct({ kind: Schema.Literal("number"), value: Schema.Finite }),
        Schema.Struct({ kind: Schema.Literal("code"), code: Schema.String })
      ])
      expect(short(Value, { kind: "code" })).toEqual(["code|missing|a string"])
      expect(short(Value, { kind: "other" })).toEqual([
        '|enum|an object whose "kind" is one of "number", "code"'
      ])
    })

    it("use their own annotation when no member was clearly meant", () => {
      const Id = Schema.Union([Schema.String, Schema.Int]).annotate({
        code: "id",
        expected: "a text or a whole number"
      })
      expect(short(Id, true)).toEqual(["|id|a text or a whole number"])
    })

    it("ignore undefined as an alternative", () => {
      expect(short(Schema.Struct({ a: Schema.optional(Schema.String) }), { a: 3 })).toEqual([
        "a|type|a string"
      ])
    })
  })

  it("carries the problems of a check over several fields", () => {
    const Pressure = Schema.Struct({ systolic: Schema.Finite, diastolic: Schema.Finite }).check(
      Schema.makeFilter((it: { readonly systolic: number; readonly diastolic: number }) =>
        it.diastolic < it.systolic
          ? []
          : [
              Invalid.filterIssue(["diastolic"], "range", "below systolic", "Upside down"),
              Invalid.filterIssue(["systolic"], "range", "above diastolic")
            ]
      )
    )
    expect(problems(Schema.Array(Pressure), [{ systolic: 80, diastolic: 120 }])).toEqual([
      { path: "[0].diastolic", code: "range", message: "Upside down", expected: "below systolic" },
      {
        path: "[0].systolic",
        code: "range",
        message: "Expected above diastolic",
        expected: "above diastolic"
      }
    ])
  })

  it("keeps 100 problems and counts the rest", () => {
    const decoded = Invalid.decoder(Schema.Array(Schema.Int))(
      Array.from({ length: 200_000 }, () => "x")
    )
    expect(Result.isFailure(decoded) && decoded.failure.issues.length).toBe(100)
    expect(Result.isFailure(decoded) && decoded.failure.omitted).toBe(199_900)
  })

  it("reports unknown fields only where the schema refuses them", () => {
    const strict = Schema.Struct({ a: Schema.String })
    expect(problems(strict, { a: "x" })).toEqual([])
    const refused = Schema.decodeUnknownResult(strict, {
      errors: "all",
      onExcessProperty: "error"
    })({
      a: "x",
      b: 1
    })
    expect(Result.isFailure(refused) && Invalid.fromSchemaError(refused.failure).issues).toEqual([
      {
        path: "b",
        code: "unexpected",
        message: "This field is not known",
        expected: "no such field"
      }
    ])
  })

  it("puts the problems of a row under its place", () => {
    const row = Invalid.of([
      Invalid.issue("", "type", "an object"),
      Invalid.issue("a", "type", "x")
    ])
    const paths = (place: ReadonlyArray<PropertyKey>) =>
      Invalid.under(row, place).issues.map((issue) => issue.path)
    expect(paths([2])).toEqual(["[2]", "[2].a"])
    expect(paths(["rows", 2])).toEqual(["rows[2]", "rows[2].a"])
    expect(paths([])).toEqual(["", "a"])
  })

  it("quotes names that could be mistaken for structure", () => {
    expect(Invalid.path(["a.b", "0", "c-d", "é", ""])).toBe('["a.b"]["0"].c-d.é[""]')
  })

  it("tells places and codes in its own message", () => {
    const refused = Invalid.fail(["values"], "length", "at least 2 values")
    expect(Result.isFailure(refused) && refused.failure.message).toBe("values: length")
  })
})
