import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Roster from "../../src/patient/Roster.ts"

const header = "patient_id,first_name,last_name,age,condition"

/** What became of each line: the patient in short, or the places and codes of what was wrong. */
const outcomes = (text: string): ReadonlyArray<string> =>
  Effect.runSync(Roster.read(text)).map(
    Result.match({
      onSuccess: ({ identifiers, givenName, familyName, ageYears, conditions }) =>
        [identifiers?.[0]?.value, givenName, familyName, ageYears, ...(conditions ?? [])].join("|"),
      onFailure: ({ issues }) => issues.map(({ path, code }) => `${path} ${code}`.trim()).join(", ")
    })
  )

const missing = (text: string) => {
  const result = Effect.runSync(Effect.result(Roster.read(text)))
  return Result.isFailure(result) ? result.failure.missing : undefined
}

describe("Roster.read", () => {
  it("misses every column of an empty text, and has no lines below a header alone", () => {
    const columns = ["patient_id", "first_name", "last_name", "age", "condition"]
    expect(missing("")).toEqual(columns)
    expect(missing("\n\n")).toEqual(columns)
    expect(outcomes(header)).toEqual([])
    expect(outcomes(`${header}\n\n`)).toEqual([])
  })

  it("makes a patient of each line, under the identifier of the roster", () => {
    const [first] = Effect.runSync(Roster.read(`${header}\n1,John,Doe,55,Healthy\n`))
    expect(first).toEqual(
      Result.succeed({
        identifiers: [{ system: "urn:bedside:roster", value: "1" }],
        givenName: "John",
        familyName: "Doe",
        ageYears: 55,
        conditions: ["Healthy"]
      })
    )
  })

  it("says which columns are missing", () => {
    expect(missing("patient_id,first_name,last_name,age\n1,John,Doe,55")).toEqual(["condition"])
    expect(missing("1,John,Doe,55,Healthy")).toHaveLength(5)
    expect(missing(`"${header}`)).toHaveLength(5)
  })

  it("reads a byte order mark, CRLF and lone CR, and a last line without end", () => {
    const lines = [header, "1,John,Doe,55,Healthy", "2,Jane,Doe,54,"]
    for (const end of ["\n", "\r\n", "\r"]) {
      expect(outcomes(`\uFEFF${lines.join(end)}`)).toEqual([
        "1|John|Doe|55|Healthy",
        "2|Jane|Doe|54"
      ])
    }
  })

  it("reads quotes: with commas, quotes and line ends inside, and around the header", () => {
    const text = `"patient_id","first_name","last_name","age","condition"\r\n7,"Jean","d'Arc","19","Diabetes, ""type 2""\r\nstable"\r\n8,Ann,Lee,3,Cold`
    expect(outcomes(text)).toEqual([
      '7|Jean|d\'Arc|19|Diabetes, "type 2"\r\nstable',
      "8|Ann|Lee|3|Cold"
    ])
  })

  it("takes columns in any order with others between, spaces around cells, blank lines", () => {
    const text =
      "age, ward ,last_name,first_name,condition,patient_id\n\n 55 ,3A, O'Brien ,José,,  x1\n\n"
    expect(outcomes(text)).toEqual(["x1|José|O'Brien|55"])
  })

  it("goes on after a bad line, and names every problem of it", () => {
    const text = `${header}\n1,John,Doe,55,Healthy\n,<b>,Doe,old,Cold\n3,Anne-Marie,李,0,Cold`
    expect(outcomes(text)).toEqual([
      "1|John|Doe|55|Healthy",
      "patient_id length, first_name pattern, age type",
      "3|Anne-Marie|李|0|Cold"
    ])
  })

  it("takes no age that is not written as a whole number of years up to 130", () => {
    const ages = ["", "5.5", "-1", "131", "0x10", "1e1", "Infinity", "NaN", "fifty", "1,5"]
    const text = [header, ...ages.map((age) => `1,John,Doe,"${age}",Cold`)].join("\n")
    expect(outcomes(text)).toEqual(ages.map((age) => `age ${age === "131" ? "range" : "type"}`))
    expect(outcomes(`${header}\n1,John,Doe,130,\n2,John,Doe,007,\n3,John,Doe,55.0,`)).toEqual([
      "1|John|Doe|130",
      "2|John|Doe|7",
      "3|John|Doe|55"
    ])
  })

  it("refuses a line with too few cells, or with more than the header", () => {
    const text = `${header}\n1,John,Doe\n2,John,Doe,55,Diabetes, type 2\n3,John,Doe,55,Cold,\n4,Ann,Lee,3,Cold`
    expect(outcomes(text)).toEqual([
      "age missing, condition missing",
      "csv",
      "3|John|Doe|55|Cold",
      "4|Ann|Lee|3|Cold"
    ])
  })

  it("refuses a line with a stray or an unclosed quote, says which, and reads the others", () => {
    const text = [
      header,
      "1,John,Doe,55,Cold",
      `2,John,Doe,55,5'10" tall`,
      '3,John,Doe,55,"closed" too early',
      '4,Ann,Lee,3,"two\nlines"',
      '5,John,Doe,55,"open',
      "6,Ann,Lee,3,Cold"
    ].join("\n")
    expect(outcomes(text)).toEqual([
      "1|John|Doe|55|Cold",
      "csv",
      "csv",
      "4|Ann|Lee|3|two\nlines",
      "csv",
      "6|Ann|Lee|3|Cold"
    ])
    const broken = Effect.runSync(Roster.read(text)).flatMap((row) =>
      Result.isFailure(row) ? [row.failure.issues[0]?.expected] : []
    )
    expect(broken).toEqual(
      [3, 4, 7].map((line) => `a CSV record (line ${line} has a quote out of place)`)
    )
  })

  it("repeats no cell of a refused line", () => {
    const text = `${header}\n1,J0hn,Secret1,fifty,"x" y\n1,J0hn,Secret1,fifty,z`
    const refused = JSON.stringify(Effect.runSync(Roster.read(text)))
    expect(refused).toContain("Failure")
    for (const cell of ["J0hn", "Secret1", "fifty"]) expect(refused).not.toContain(cell)
  })
})
