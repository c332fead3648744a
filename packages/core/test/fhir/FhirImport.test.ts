import { describe, expect, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as FhirImport from "../../src/fhir/FhirImport.ts"
import * as OperationOutcome from "../../src/fhir/OperationOutcome.ts"
import * as Timestamp from "../../src/input/Timestamp.ts"
import {
  asked,
  collection,
  issues,
  loinc,
  observation,
  of,
  patient,
  post,
  pressures,
  quantity,
  read,
  snomed,
  statuses,
  valued,
  values
} from "./bundles.ts"

const id = "01890a5d-ac96-774b-bcce-b302099a8057"
const urn = "urn:uuid:5b2f0d0e-9f4e-4c1e-8f6e-0c1d2e3f4a5b"

const refusal = (input: unknown): ReadonlyArray<string> =>
  Result.match(FhirImport.read(input), {
    onSuccess: () => [],
    onFailure: (error) => error.issues.map(({ code, expression }) => `${code} ${expression.join()}`)
  })

describe("FhirImport.read of what is no bundle", () => {
  it("refuses what is not an object, and bundles that are not for import", () => {
    for (const input of [null, undefined, 1, "Bundle", true, []]) {
      expect(refusal(input)).toEqual(["structure Bundle"])
    }
    expect(refusal({})).toEqual(["required Bundle.resourceType", "required Bundle.type"])
    expect(refusal({ resourceType: "Patient", type: "batch" })).toEqual([
      "code-invalid Bundle.resourceType"
    ])
    expect(refusal({ resourceType: "Bundle", type: "searchset" })).toEqual([
      "code-invalid Bundle.type"
    ])
    expect(refusal({ resourceType: "Bundle", type: "batch", entry: {} })).toEqual([
      "structure Bundle.entry"
    ])
  })

  it("takes a bundle without entries", () => {
    for (const type of ["transaction", "batch", "collection"]) {
      expect(read({ resourceType: "Bundle", type })).toEqual({
        type,
        acceptable: true,
        subjects: [],
        entries: [],
        passedOver: new Map()
      })
    }
  })

  it.prop("throws at no JSON", { input: Schema.Json }, ({ input }) => {
    FhirImport.read(input)
    const wrapped = read({
      resourceType: "Bundle",
      type: "batch",
      entry: [input, { resource: input }]
    })
    expect(wrapped.entries).toHaveLength(2)
  })

  it.prop(
    "throws at no JSON in any element that is read",
    { input: Schema.Json, at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 })) },
    ({ at, input }) => {
      const whole = collection(
        patient({ telecom: [{ system: "phone", value: "+4915112345678" }] }),
        pressures(
          { valueQuantity: quantity(120, "mm[Hg]") },
          { valueQuantity: quantity(80, "mm[Hg]") }
        )
      )
      const places: Array<[object, string]> = []
      const spoilt: unknown = JSON.parse(JSON.stringify(whole))
      walk(spoilt, places)
      const [holder, key] = places[at % places.length] ?? [{}, ""]
      Reflect.set(holder, key, input)
      expect(Result.isSuccess(FhirImport.read(spoilt)) || refusal(spoilt).length > 0).toBe(true)
    }
  )
})

const walk = (value: unknown, places: Array<[object, string]>): void => {
  if (typeof value !== "object" || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    places.push([value, key])
    walk(inner, places)
  }
}

describe("FhirImport.read of entries", () => {
  it("names every problem of every entry, and goes on", () => {
    const bundle = asked(
      "batch",
      {},
      null,
      { resource: [], request: { method: "POST", url: "Patient" } },
      { resource: {}, request: { method: "POST", url: "Patient" } },
      { resource: { resourceType: "patient" }, request: { method: "POST", url: "Patient" } },
      post(patient({ name: [{ family: 1 }], birthDate: 2000 })),
      post(patient())
    )
    expect(issues(bundle)).toEqual([
      "0 error required resource",
      "1 error structure Bundle.entry[1]",
      "2 error structure resource",
      "3 error required resourceType",
      "4 error structure resourceType",
      "5 error structure name[0].family",
      "5 error structure birthDate"
    ])
    expect(statuses(bundle).at(-1)).toBe("imported")
    expect(read(bundle)).toMatchObject({ type: "batch", acceptable: true })
  })

  it("calls a transaction with a refused entry unacceptable, and still says what it holds", () => {
    const bundle = asked("transaction", post(patient()), post(observation({ status: "done" })))
    expect(read(bundle).acceptable).toBe(false)
    expect(read(bundle).subjects).toHaveLength(1)
    expect(read(asked("transaction", post(patient()), post(observation()))).acceptable).toBe(true)
  })

  it("passes over other resources, and counts them by type", () => {
    const bundle = collection(
      patient(),
      { resourceType: "Encounter", period: 3 },
      { resourceType: "Claim" },
      { resourceType: "Encounter" },
      observation({ code: loinc("4548-4"), valueQuantity: "seven" })
    )
    expect(statuses(bundle)).toEqual(["imported", ...Array(4).fill("passed-over")])
    expect([...read(bundle).passedOver]).toEqual([
      ["Encounter", 2],
      ["Claim", 1],
      ["Observation", 1]
    ])
    expect(issues(bundle)).toEqual([])
  })

  it("takes POST and PUT of what the request names, and nothing else", () => {
    const request = (method: string, url: string) => ({
      resource: patient(),
      request: { method, url }
    })
    const ask = (entry: unknown) => issues(asked("batch", entry))
    expect(ask(request("POST", "Patient"))).toEqual([])
    expect(ask(request("PUT", "Patient/ada"))).toEqual([])
    expect(ask(request("PUT", "https://example.org/fhir/Patient/ada"))).toEqual([])
    expect(ask(request("PUT", "Patient?identifier=urn:ward%7C17"))).toEqual([])
    expect(ask(request("PUT", "Patient/eve"))).toEqual(["0 error value id"])
    expect(ask(request("PUT", "Patient"))).toEqual(["0 error value request.url"])
    expect(ask(request("POST", "Observation"))).toEqual(["0 error value request.url"])
    expect(ask(request("POST", "Patient/ada"))).toEqual(["0 error value request.url"])
    expect(ask(request("POST", "__proto__"))).toEqual(["0 error value request.url"])
    expect(ask(request("DELETE", "Patient/ada"))).toEqual(["0 error not-supported request.method"])
    expect(ask({ request: { method: "DELETE", url: "Encounter/1" } })).toEqual([
      "0 error not-supported request.method"
    ])
    expect(ask(request("PATCH", "Patient/ada"))).toEqual(["0 error not-supported request.method"])
    expect(ask(request("SHOUT", "Patient"))).toEqual(["0 error code-invalid request.method"])
    expect(ask({ resource: patient() })).toEqual(["0 error required request"])
  })

  it("ignores the requests of a collection", () => {
    const resource = patient()
    expect(
      statuses({
        ...collection(),
        entry: [{ resource, request: { method: "DELETE", url: "Patient/ada" } }]
      })
    ).toEqual(["imported"])
  })

  it("refuses entries of one fullUrl, and what refers to them", () => {
    const bundle = {
      ...collection(),
      entry: [
        { fullUrl: urn, resource: patient() },
        { fullUrl: urn, resource: patient({ identifier: [{ system: "urn:ward", value: "18" }] }) },
        { resource: observation({ subject: { reference: urn } }) }
      ]
    }
    expect(issues(bundle)).toEqual([
      "0 error duplicate fullUrl",
      "1 error duplicate fullUrl",
      "2 error duplicate subject"
    ])
    expect(read(bundle).subjects).toEqual([])
  })

  it("refuses extensions that modify the meaning, and passes over all others", () => {
    const extension = [{ url: "urn:x", extension: [{ url: "urn:y" }] }]
    expect(of(observation({ extension, unknown: { deep: [1] } })).issues).toEqual([])
    const modified = { modifierExtension: [{ url: "urn:x", valueBoolean: true }] }
    expect(issues(collection(patient(modified)))).toEqual(["0 error extension modifierExtension"])
    expect(of(observation(modified)).issues).toEqual(["1 error extension modifierExtension"])
    const component = [
      { code: loinc("8480-6"), valueQuantity: quantity(120, "mm[Hg]"), ...modified }
    ]
    expect(of(observation({ code: loinc("85354-9"), component })).issues).toEqual([
      "1 error extension component[0].modifierExtension"
    ])
  })

  it("is total for keys of prototypes, nesting of any depth, and ten thousand entries", () => {
    const traps: unknown = JSON.parse(
      `{"resourceType": "Observation", "id": {"toString": 1}, "__proto__": {"status": "final"}, "constructor": 1}`
    )
    expect(of(traps).status).toBe("refused")
    expect(
      statuses(collection({ resourceType: "constructor" }, { resourceType: "__proto__" }))
    ).toEqual(["refused", "refused"])
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(
      of(observation({ extension: [{ url: "urn:x", valueX: deep }], note: [], foo: deep })).status
    ).toBe("imported")
    expect(of(observation({ code: deep })).status).toBe("refused")
    const many = Array.from({ length: 9_999 }, (_, index) =>
      observation({ effectiveDateTime: Timestamp.format(Timestamp.at(index * 1000)) })
    )
    expect(read(collection(patient(), ...many)).subjects[0]?.readings).toHaveLength(9_999)
  })

  it("never repeats what was sent", () => {
    const secret = "Rumpelstiltskin"
    const bundle = asked(
      "batch",
      post(patient({ name: [{ family: `${secret}!` }], birthDate: secret, gender: secret })),
      post(
        patient({ identifier: [{ system: secret }], telecom: [{ system: "email", value: secret }] })
      ),
      post(observation({ status: secret, subject: { reference: secret } })),
      post(observation({ subject: { reference: `Patient/${secret}` }, effectiveDateTime: secret })),
      post(observation({ valueQuantity: { value: 1, code: secret, system: secret } })),
      { resource: { resourceType: secret }, request: { method: secret, url: secret } },
      secret
    )
    const said = JSON.stringify(read(bundle).entries.map((it) => it.issues))
    expect(said.length).toBeGreaterThan(500)
    expect(said).not.toContain(secret)
    expect(JSON.stringify(Result.merge(FhirImport.read({ resourceType: secret })))).not.toContain(
      secret
    )
  })
})

describe("FhirImport.read of a Patient", () => {
  const one = (more: object) => {
    const bundle = collection(patient({ ...more }))
    return { issues: issues(bundle), patient: read(bundle).subjects[0]?.patient }
  }

  it("keeps what a record has", () => {
    const telecom = [
      { system: "email", value: "old@example.org", use: "old" },
      { system: "phone", value: "555-1234" },
      { system: "phone", value: "+1 (734) 677-7777" },
      { system: "email", value: "ada@example.org" }
    ]
    expect(one({ telecom, gender: "female" })).toEqual({
      issues: [],
      patient: {
        identifiers: [{ system: "urn:ward", value: "17" }],
        givenName: "Ada",
        familyName: "Byron",
        birthDate: "1990-12-10",
        sex: "female",
        email: "ada@example.org",
        phone: "+17346777777",
        conditions: []
      }
    })
  })

  it("prefers the official name, then the usual one, and never takes an old one", () => {
    const names = [
      { use: "maiden", family: "Byron", given: ["Ada"] },
      { family: "L", given: ["A"] },
      { use: "usual", family: "Love", given: ["Ada"] },
      { use: "official", family: "Lovelace", given: ["Augusta", null, "Ada"] }
    ]
    expect(one({ name: names }).patient).toMatchObject({
      givenName: "Augusta Ada",
      familyName: "Lovelace"
    })
    expect(one({ name: names.slice(0, 3) }).patient?.familyName).toBe("Love")
    expect(one({ name: names.slice(0, 2) }).patient?.familyName).toBe("L")
    expect(one({ name: names.slice(0, 1) }).issues).toEqual(["0 error required name"])
    expect(one({ name: [{ text: "Ada Byron" }] }).issues).toEqual([
      "0 error required name[0].given",
      "0 error required name[0].family"
    ])
  })

  it("leaves digits out of names, and says so", () => {
    const { issues: said, patient: made } = one({
      name: [{ family: "Nader710", given: ["Ana 2 Lu"] }]
    })
    expect(made).toMatchObject({ givenName: "Ana Lu", familyName: "Nader" })
    expect(said).toEqual(["0 warning value name[0].given", "0 warning value name[0].family"])
    expect(one({ name: [{ family: "<b>", given: ["42"] }] }).issues).toEqual([
      "0 error value name[0].given",
      "0 error value name[0].family"
    ])
  })

  it("leaves out what does not fit and need not be there, and refuses what must", () => {
    expect(
      one({
        telecom: [
          { system: "phone", value: "555-1234" },
          { system: "email", value: "ada" }
        ],
        identifier: [
          { value: "1" },
          { system: "urn:ward", value: "17" },
          { system: "urn:ward", value: "17" }
        ]
      })
    ).toMatchObject({
      issues: [
        "0 warning value identifier[0]",
        "0 warning value telecom[1].value",
        "0 warning value telecom[0].value"
      ],
      patient: { identifiers: [{ system: "urn:ward", value: "17" }] }
    })
    for (const birthDate of ["1990", "1990-12", "1990-02-30", "10.12.1990"]) {
      expect(one({ birthDate }).issues).toEqual(["0 error value birthDate"])
    }
    expect(one({ birthDate: undefined }).issues).toEqual(["0 error structure birthDate"])
    expect(one({ gender: "f" }).issues).toEqual(["0 error code-invalid gender"])
    expect(one({ active: false }).issues).toEqual(["0 error not-supported active"])
    expect(one({ link: [{ type: "replaced-by" }] }).issues).toEqual([
      "0 error not-supported link[0]"
    ])
    expect(one({ link: [{ type: "seealso" }], active: true }).issues).toEqual([])
  })

  it("asks for a birth date, or our own extension with an age", () => {
    const { birthDate: _, ...ageless } = patient()
    expect(issues(collection(ageless))).toEqual(["0 error required birthDate"])
    const extension = [
      { url: "urn:bedside:age", valueInteger: 55 },
      { url: "urn:bedside:age-stated-on", valueDate: "2026-03-01" }
    ]
    expect(read(collection({ ...ageless, extension })).subjects[0]?.patient).toMatchObject({
      ageYears: 55,
      ageStatedOn: "2026-03-01"
    })
  })

  it("is found again: by its identifiers, those of the condition, its id, or its fullUrl", () => {
    const keys = (entry: object) => {
      const { identifiers, id: own, method } = read(asked("batch", entry)).subjects[0] ?? {}
      return { identifiers, id: own, method }
    }
    const { identifier: _, ...bare } = patient()
    expect(keys(post(patient(), { ifNoneExist: "identifier=urn:lab|a%20b" }))).toEqual({
      identifiers: [
        { system: "urn:ward", value: "17" },
        { system: "urn:lab", value: "a b" }
      ],
      id: undefined,
      method: "POST"
    })
    expect(keys({ ...post(bare), fullUrl: urn }).identifiers).toEqual([
      { system: "urn:ietf:rfc:3986", value: urn }
    ])
    const put = { resource: { ...bare, id }, request: { method: "PUT", url: `Patient/${id}` } }
    expect(keys(put)).toEqual({ identifiers: [], id, method: "PUT" })
    expect(issues(asked("batch", post(bare)))).toEqual(["0 warning required identifier"])
  })

  it("understands no other condition than one identifier with its system", () => {
    for (const ifNoneExist of [
      "name=ada",
      "identifier=17",
      "identifier=|17",
      "identifier=urn:ward|17&name=ada",
      "identifier=urn:ward|17,urn:ward|18",
      "identifier=%",
      ""
    ]) {
      expect(issues(asked("batch", post(patient(), { ifNoneExist })))).toEqual([
        "0 error not-supported request.ifNoneExist"
      ])
    }
  })

  it("refuses the second Patient under an id", () => {
    const put = (value: string) => ({
      resource: patient({ id, identifier: [{ system: "urn:ward", value }] }),
      request: { method: "PUT", url: `Patient/${id}` }
    })
    const about = observation({ subject: { reference: `Patient/${id}` } })
    expect(issues(asked("batch", put("17"), put("18"), post(about)))).toEqual([
      "1 error duplicate id",
      "2 error duplicate subject"
    ])
  })

  it("refuses the second Patient with an identifier, and what refers to it", () => {
    const bundle = collection(
      patient(),
      patient({ id: "eve" }),
      observation({ subject: { reference: "Patient/eve" } })
    )
    expect(issues(bundle)).toEqual(["1 error duplicate identifier", "2 error not-found subject"])
    expect(read(bundle).subjects).toHaveLength(1)
  })
})

describe("FhirImport.read of references", () => {
  const subjects = (bundle: unknown) =>
    read(bundle).subjects.map((it) => [it.entry, it.id, it.identifiers.length, it.readings.length])
  const about = (reference: unknown) => observation({ subject: { reference } })

  it("finds the Patient of the bundle by fullUrl, id and version", () => {
    for (const [fullUrl, reference, from] of [
      [urn, urn, undefined],
      [urn, "Patient/ada", undefined],
      ["http://a.org/fhir/Patient/ada", "Patient/ada", "http://a.org/fhir/Observation/1"],
      ["http://a.org/fhir/Patient/ada", "http://a.org/fhir/Patient/ada/_history/3", undefined],
      ["http://a.org/fhir/Patient/ada", "Patient/ada/_history/3", undefined]
    ]) {
      const bundle = {
        ...collection(),
        entry: [
          { fullUrl: from, resource: { ...about(reference), id: "1" } },
          { fullUrl, resource: patient() }
        ].map((entry): unknown => JSON.parse(JSON.stringify(entry)))
      }
      expect([issues(bundle), subjects(bundle)]).toEqual([[], [[1, undefined, 1, 1]]])
    }
  })

  it("takes the same id on another server for another patient", () => {
    const bundle = {
      ...collection(),
      entry: [
        { fullUrl: "http://a.org/Patient/ada", resource: patient() },
        { fullUrl: "http://b.org/Observation/1", resource: { ...observation(), id: "1" } }
      ]
    }
    expect(issues(bundle)).toEqual(["1 error not-found subject"])
    const both = [
      ...bundle.entry,
      {
        fullUrl: "http://b.org/Patient/ada",
        resource: patient({ identifier: [{ system: "urn:b", value: "1" }] })
      }
    ]
    expect(subjects({ ...bundle, entry: both })).toEqual([
      [0, undefined, 1, 0],
      [2, undefined, 1, 1]
    ])
    const local = { ...bundle, entry: [both[0], both[2], { resource: observation() }] }
    expect(issues(local)).toEqual(["2 error duplicate subject"])
  })

  it("leaves patients that may be on record to the caller, one subject each", () => {
    const bundle = collection(
      about(`Patient/${id}`),
      about("Patient?identifier=urn:ward|17"),
      about(`Patient/${id}`),
      observation({ subject: { identifier: { system: "urn:ward", value: "17" } } }),
      observation({ subject: { identifier: { system: "urn:ward", value: "18" } } })
    )
    expect(subjects(bundle)).toEqual([
      [undefined, id, 0, 2],
      [undefined, undefined, 1, 2],
      [undefined, undefined, 1, 1]
    ])
    expect(subjects(collection(about("Patient?identifier=urn:ward|17"), patient()))).toEqual([
      [1, undefined, 1, 1]
    ])
  })

  it("reads a contained Patient that has an identifier, as one with others of it", () => {
    const contained = [patient({ id: "p" })]
    const inside = { contained, subject: { reference: "#p" } }
    const twice = collection(observation(inside), observation(inside))
    expect(subjects(twice)).toEqual([[undefined, undefined, 1, 2]])
    expect(read(twice).subjects[0]?.patient?.familyName).toBe("Byron")
    expect(subjects(collection(observation(inside), patient()))).toEqual([[1, undefined, 1, 1]])
    const { identifier: _, ...bare } = patient({ id: "p" })
    expect(of(observation({ ...inside, contained: [bare] })).issues).toEqual([
      "1 error required subject"
    ])
    const mmHg = (value: number) => ({ valueQuantity: quantity(value, "mm[Hg]") })
    const contradiction = pressures(mmHg(80), mmHg(120), inside)
    expect(subjects(collection(contradiction))).toEqual([])
    expect(of(observation({ ...inside, contained: [] })).issues).toEqual([
      "1 error not-found subject"
    ])
  })

  it("refuses references to nobody, to something else, and to refused patients", () => {
    for (const [reference, code] of [
      ["Patient/eve", "not-found"],
      ["urn:uuid:00000000-0000-4000-8000-000000000000", "not-found"],
      [`http://a.org/Patient/${id}`, "not-found"],
      ["Group/ada", "not-found"],
      ["", "not-found"],
      ["Patient?name=ada", "not-supported"]
    ]) {
      expect(of(about(reference)).issues).toEqual([`1 error ${code} subject`])
    }
    expect(of(observation({ subject: {} })).issues).toEqual(["1 error required subject"])
    const refused = collection(patient({ birthDate: "1990" }), observation())
    expect(issues(refused)).toEqual(["0 error value birthDate", "1 error not-found subject"])
  })

  it("does not take the record of an id for a Patient that is refused here", () => {
    const put = { resource: patient({ id }), request: { method: "PATCH", url: `Patient/${id}` } }
    const bundle = asked(
      "batch",
      put,
      post(observation({ subject: { reference: `Patient/${id}` } }))
    )
    expect(statuses(bundle)).toEqual(["refused", "refused"])
    expect(read(bundle).subjects).toEqual([])
  })
})

describe("FhirImport.read of an Observation", () => {
  it("keeps the time with its offset", () => {
    const { observedAt } = read(collection(patient(), observation())).subjects[0]!.readings[0]!
      .reading
    expect(Timestamp.format(observedAt)).toBe("2026-03-01T23:30:00.000+02:00")
  })

  const time = (effective: object, options?: FhirImport.Options) => {
    const { effectiveDateTime: _, ...timeless } = observation()
    const bundle = collection(patient(), { ...timeless, ...effective })
    const [found] = read(bundle, options).subjects[0]?.readings ?? []
    return [found && Timestamp.format(found.reading.observedAt), ...issues(bundle)]
  }

  it("takes an instant, the start of a period, and the beginning of a day", () => {
    expect(time({ effectiveInstant: "2026-03-01T10:00:00.123456-08:00" })).toEqual([
      "2026-03-01T10:00:00.123-08:00"
    ])
    const start = "2026-03-01T10:00:00Z"
    const end = "2026-03-01T11:00:00Z"
    expect(time({ effectivePeriod: { start, end } })).toEqual([
      "2026-03-01T10:00:00.000+00:00",
      "1 information informational effectivePeriod"
    ])
    expect(time({ effectivePeriod: { end } })[0]).toBe("2026-03-01T11:00:00.000+00:00")
    expect(time({ effectiveDateTime: "1999-07-02" })).toEqual([
      "1999-07-02T00:00:00.000+00:00",
      "1 warning value effectiveDateTime"
    ])
    expect(time({ effectiveDateTime: "1999-07-02" }, { offsetMinutes: -480 })[0]).toBe(
      "1999-07-02T00:00:00.000-08:00"
    )
  })

  it("refuses times that are none, or not precise to the day", () => {
    for (const [effective, problem] of [
      [{}, "required effective"],
      [{ effectiveDateTime: "2026" }, "value effectiveDateTime"],
      [{ effectiveDateTime: "2026-03" }, "value effectiveDateTime"],
      [{ effectiveDateTime: "2026-02-30" }, "value effectiveDateTime"],
      [{ effectiveDateTime: "2026-03-01T10:00:00" }, "value effectiveDateTime"],
      [{ effectivePeriod: {} }, "required effectivePeriod"],
      [{ effectiveTiming: {} }, "not-supported effectiveTiming"],
      [
        { effectiveInstant: "2026-03-01T10:00:00Z", effectiveDateTime: "2026" },
        "structure effective"
      ]
    ] as const) {
      expect(time(effective)).toEqual([undefined, `1 error ${problem}`])
    }
  })

  it("converts units, by the code and not by what is displayed", () => {
    const temperature = (valueQuantity: object) =>
      of(valued(loinc("8310-5", "8331-1"), { valueQuantity }))
    expect(
      temperature({ value: 98.6, unit: "Cel", system: "http://unitsofmeasure.org", code: "[degF]" })
        .values
    ).toEqual(["temperature 37 Cel"])
    expect(temperature({ value: 98.6, unit: "°F" }).values).toEqual(["temperature 37 Cel"])
    expect(temperature({ value: 98.6 }).issues).toEqual(["1 error required valueQuantity.unit"])
    expect(temperature(quantity(98.6, "kg")).issues).toEqual([
      "1 error code-invalid valueQuantity.code"
    ])
    expect(temperature({ ...quantity(37, "Cel"), system: "urn:x" }).issues).toEqual([
      "1 error code-invalid valueQuantity.system"
    ])
    expect(temperature(quantity(98.6, "Cel")).issues).toEqual(["1 error value valueQuantity.value"])
    const mixed = pressures(
      { valueQuantity: quantity(120, "mm[Hg]") },
      { valueQuantity: quantity(10, "kPa") }
    )
    expect(of(mixed).values).toEqual([
      "systolic-pressure 120 mm[Hg]",
      "diastolic-pressure 75.00637554192106 mm[Hg]"
    ])
  })

  it("reads several codes of one vital as one, and contradicting codes as none", () => {
    const saturation = { valueQuantity: quantity(97, "%") }
    for (const codes of [["2708-6"], ["59408-5"], ["2708-6", "59408-5", "20564-1"]]) {
      expect(of(valued(loinc(...codes), saturation)).values).toEqual(["oxygen-saturation 97 %"])
    }
    expect(of(valued(loinc("2708-6", "8867-4"), saturation)).issues).toEqual([
      "1 error code-invalid code"
    ])
    const elsewhere = { coding: [{ system: "urn:x", code: "8867-4" }, { code: "8867-4" }] }
    expect(of(valued(elsewhere, saturation)).status).toBe("passed-over")
  })

  it("flags what is implausible, and refuses what is impossible or not exact", () => {
    const pulse = (valueQuantity: object) => of(observation({ valueQuantity }))
    expect(pulse(quantity(300, "/min"))).toMatchObject({
      values: ["heart-rate 300 /min"],
      issues: ["1 warning value valueQuantity.value"]
    })
    for (const value of [-1, 351, 1e300]) {
      expect(pulse(quantity(value, "/min")).issues).toEqual(["1 error value valueQuantity.value"])
    }
    expect(pulse(quantity("72", "/min")).issues).toEqual(["1 error structure valueQuantity.value"])
    expect(pulse({ ...quantity(50, "/min"), comparator: "<" }).issues).toEqual([
      "1 error not-supported valueQuantity.comparator"
    ])
    expect(pulse({ unit: "/min" }).issues).toEqual(["1 error required valueQuantity.value"])
    const [refused] = read(
      collection(patient(), observation({ valueQuantity: quantity(351, "/min") }))
    ).entries[1]!.issues
    expect(refused).toEqual({
      severity: "error",
      code: "value",
      diagnostics: "Expected 0 to 350 /min",
      expression: ["Bundle.entry[1].resource.valueQuantity.value"]
    })
  })

  it("asks for one value of the right type", () => {
    const value = (more: object) => of(valued(loinc("8867-4"), { ...more })).issues
    expect(value({})).toEqual(["1 error required value"])
    expect(value({ valueString: "72" })).toEqual(["1 error structure value"])
    expect(value({ valueInteger: 72 })).toEqual(["1 error structure value"])
    expect(value({ valueCodeableConcept: {} })).toEqual(["1 error structure valueCodeableConcept"])
    expect(value({ valueQuantity: quantity(72, "/min"), valueInteger: 72 })).toEqual([
      "1 error structure value"
    ])
  })

  it("reads levels of consciousness in SNOMED CT and in our own codes", () => {
    const level = (code: object, value: object) =>
      of(valued({ ...code }, { valueCodeableConcept: value }))
    for (const [code, name] of [
      ["248234008", "alert"],
      ["130987000", "confusion"],
      ["300202002", "voice"],
      ["255373000", "voice"],
      ["450847001", "pain"],
      ["422768004", "unresponsive"]
    ] as const) {
      expect(level(loinc("67775-7"), snomed(code)).values).toEqual([`consciousness ${name}`])
      expect(level(snomed("1104441000000107"), snomed(code)).values).toEqual([
        `consciousness ${name}`
      ])
    }
    const own = { coding: [{ system: "urn:bedside:consciousness", code: "voice" }] }
    expect(level(loinc("67775-7"), own).values).toEqual(["consciousness voice"])
    for (const wrong of [
      snomed("1"),
      { text: "alert" },
      { coding: [{ system: "urn:bedside:stroke", code: "alert" }] },
      { coding: [snomed("248234008"), snomed("450847001")].flatMap((it) => it["coding"]) }
    ]) {
      expect(level(loinc("67775-7"), wrong).issues).toEqual([
        "1 error code-invalid valueCodeableConcept"
      ])
    }
  })

  it("reads air and oxygen where a concentration is asked, and scores with their number", () => {
    const oxygen = (code: string) =>
      of(valued(loinc("3150-0"), { valueCodeableConcept: snomed(code) })).values
    expect(oxygen("722742002")).toEqual(["oxygen-device air"])
    expect(oxygen("371825009")).toEqual(["oxygen-device oxygen"])
    const coma = (valueDecimal: unknown) => ({
      valueCodeableConcept: {
        coding: [
          {
            system: "http://loinc.org",
            code: "LA1",
            extension: [
              { url: "http://hl7.org/fhir/StructureDefinition/ordinalValue", valueDecimal }
            ]
          }
        ]
      }
    })
    expect(of(valued(loinc("9269-2"), coma(14))).values).toEqual(["glasgow-coma-scale 14 {score}"])
    expect(of(valued(loinc("9269-2"), coma("14"))).issues).toEqual([
      "1 error code-invalid valueCodeableConcept"
    ])
    expect(of(valued(loinc("9269-2"), coma(2))).issues).toEqual([
      "1 error value valueCodeableConcept"
    ])
    expect(of(valued(loinc("72514-3"), { valueInteger: 7 })).values).toEqual(["pain 7 {score}"])
  })

  it("takes both pressures of a panel, and refuses a panel that contradicts itself", () => {
    const panel = (systolic: number, diastolic: number) =>
      of(
        pressures(
          { valueQuantity: quantity(systolic, "mm[Hg]") },
          { valueQuantity: quantity(diastolic, "mm[Hg]") }
        )
      )
    expect(panel(120, 80).values).toEqual([
      "systolic-pressure 120 mm[Hg]",
      "diastolic-pressure 80 mm[Hg]"
    ])
    expect(panel(80, 120)).toMatchObject({
      values: [],
      status: "refused",
      issues: [
        "1 error value component[0].valueQuantity",
        "1 error value component[1].valueQuantity"
      ]
    })
    expect(panel(120, 999)).toMatchObject({
      values: [],
      issues: ["1 error value component[1].valueQuantity.value"]
    })
    const bare = { ...observation(), code: loinc("85354-9") }
    expect(of(valued(loinc("85354-9"), {})).issues).toEqual(["1 error required component"])
    expect(of({ ...bare, component: [] }).issues).toEqual(["1 error required component"])
  })

  it("compares pressures of several entries, if time and source are the same", () => {
    const half = (code: string, value: number, more: object = {}) =>
      valued(loinc(code), { valueQuantity: quantity(value, "mm[Hg]"), ...more })
    const apart = collection(patient(), half("8480-6", 80), half("8462-4", 120))
    expect(statuses(apart)).toEqual(["imported", "refused", "refused"])
    const other = { device: { display: "another cuff" } }
    expect(statuses(collection(patient(), half("8480-6", 80), half("8462-4", 120, other)))).toEqual(
      Array(3).fill("imported")
    )
  })

  it("refuses one vital twice in an observation", () => {
    const systolic = { code: loinc("8480-6"), valueQuantity: quantity(120, "mm[Hg]") }
    const panel = observation({ code: loinc("85354-9"), component: [systolic, systolic] })
    expect(of(panel).issues).toEqual(["1 error duplicate component"])
  })

  it("takes the last of several values of one time and source, and says which it leaves out", () => {
    const pulse = (value: number) => observation({ valueQuantity: quantity(value, "/min") })
    const bundle = collection(patient(), pulse(72), pulse(80), pulse(72), pulse(72))
    expect(statuses(bundle)).toEqual(["imported", "imported", "left-out", "imported", "imported"])
    expect(values(bundle)).toEqual(Array(3).fill("heart-rate 72 /min"))
    expect(issues(bundle)).toEqual(["2 warning informational valueQuantity"])
    const elsewhere = observation({ subject: { reference: `Patient/${id}` } })
    expect(values(collection(patient(), pulse(80), elsewhere))).toHaveLength(2)
  })

  it("leaves out what is withdrawn or missing, and says so", () => {
    for (const status of ["entered-in-error", "cancelled"]) {
      expect(of(observation({ status }))).toEqual({
        values: [],
        issues: ["1 warning informational status"],
        status: "left-out"
      })
    }
    const dataAbsentReason = { coding: [{ code: "unknown" }] }
    expect(of(valued(loinc("8867-4"), { dataAbsentReason }))).toMatchObject({
      status: "left-out",
      issues: ["1 warning informational dataAbsentReason"]
    })
    expect(of(valued(loinc("85354-9"), { dataAbsentReason })).status).toBe("left-out")
    const half = pressures({ valueQuantity: quantity(120, "mm[Hg]") }, { dataAbsentReason })
    expect(of(half)).toEqual({
      values: ["systolic-pressure 120 mm[Hg]"],
      issues: ["1 warning informational component[1].dataAbsentReason"],
      status: "imported"
    })
    expect(of(observation({ dataAbsentReason })).issues).toEqual([
      "1 error invariant dataAbsentReason"
    ])
    expect(of(observation({ status: "final!" })).issues).toEqual(["1 error code-invalid status"])
  })

  it("reads the oxygen given beside a saturation, and no components of other panels", () => {
    const flow = { code: loinc("3151-8"), valueQuantity: quantity(2, "L/min") }
    const own = { valueQuantity: quantity(94, "%") }
    expect(of(valued(loinc("59408-5"), { ...own, component: [flow] })).values).toEqual([
      "oxygen-saturation 94 %",
      "oxygen-flow 2 L/min"
    ])
    expect(of(valued(loinc("34565-2"), { component: [flow] })).status).toBe("passed-over")
  })

  it("reads the members of a panel where they are, and ends with panels in a circle", () => {
    const panel = (reference: string, more: object = {}) =>
      observation({ code: loinc("85353-1"), hasMember: [{ reference }], ...more })
    expect(of(panel("Observation/1"))).toMatchObject({
      status: "passed-over",
      issues: ["1 warning not-found hasMember[0]"]
    })
    const circle = collection(
      patient(),
      panel("Observation/b", { id: "a" }),
      panel("Observation/a", { id: "b" })
    )
    expect(statuses(circle)).toEqual(["imported", "passed-over", "passed-over"])
    expect(issues(circle)).toEqual([])
    const pulse = { ...observation(), id: "hr" }
    expect(of(panel("#hr", { contained: [pulse] })).values).toEqual(["heart-rate 72 /min"])
    const inner = { ...panel("#p", {}), id: "p" }
    expect(of(panel("#p", { contained: [inner] })).status).toBe("passed-over")
    const broken = { ...observation({ valueQuantity: quantity(999, "/min") }), id: "hr" }
    expect(of(panel("#hr", { contained: [broken] })).issues).toEqual([
      "1 error value contained[0].valueQuantity.value"
    ])
  })

  it("names the source: our extension, the device, the identifier, the performer, the option", () => {
    const source = (more: object) =>
      read(collection(patient(), observation({ ...more })), { source: "gateway" }).subjects[0]
        ?.readings[0]?.reading.source
    const all = {
      extension: [{ url: "urn:bedside:source", valueString: "ward-3" }],
      device: { reference: "Device/7", identifier: { system: "urn:dev", value: "7" } },
      identifier: [{ system: "urn:lab", value: "9" }],
      performer: [{ display: "Dr Bone" }, { reference: "Practitioner/1", display: "Dr Bone" }]
    }
    expect(source(all)).toBe("ward-3")
    expect(source({ ...all, extension: [] })).toBe("urn:dev|7")
    expect(source({ ...all, extension: [], device: { reference: "Device/7" } })).toBe("Device/7")
    expect(source({ ...all, extension: [], device: { display: "cuff" } })).toBe("cuff")
    expect(source({ ...all, extension: [], device: {} })).toBe("urn:lab|9")
    expect(source({ performer: all.performer })).toBe("Practitioner/1")
    expect(source({ performer: [{ display: "Dr Bone" }] })).toBe("gateway")
    expect(source({ device: { display: "x".repeat(201) } })).toBe("gateway")
  })
})

describe("OperationOutcome.make", () => {
  it("decodes as one, with an issue even if there is nothing to say", () => {
    const bundle = read(collection(patient({ birthDate: "1990" }), observation()))
    const outcome = OperationOutcome.make(bundle.entries.flatMap((it) => it.issues))
    expect(Schema.is(OperationOutcome.OperationOutcome)(outcome)).toBe(true)
    expect(outcome.issue).toHaveLength(2)
    expect(OperationOutcome.make([]).issue).toHaveLength(1)
  })
})
