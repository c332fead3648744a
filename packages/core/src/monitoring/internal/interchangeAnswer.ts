/** What became of the entries of a bundle, and how that is answered. */
import * as Schema from "effect/Schema"
import type * as FhirImport from "../../fhir/FhirImport.ts"
import type * as FhirResource from "../../fhir/FhirResource.ts"
import * as OperationOutcome from "../../fhir/OperationOutcome.ts"
import type * as Invalid from "../../input/Invalid.ts"
import type * as Patient from "../../patient/Patient.ts"
import type * as Monitoring from "../Monitoring.ts"
import type * as Ports from "../Ports.ts"

type Status = "200" | "201" | "404" | "409" | "422"

/** Nothing of these entries is stored. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Literals(["404", "409", "422"]),
  entries: Schema.Array(Schema.Int),
  issues: Schema.Array(OperationOutcome.Issue)
}) {}

/** What became of an entry, or of one reading in it. */
export interface Stored {
  readonly entry: number
  readonly status: Status
  readonly location?: string
  readonly issues: ReadonlyArray<OperationOutcome.Issue>
}

/** The record that a subject has. */
export interface Placed {
  readonly id: Patient.PatientId
  readonly status: "created" | "updated" | "unchanged"
}

const placeOf = (entry: number): string => `Bundle.entry[${entry}]`

const entriesOf = ({ entry, readings }: FhirImport.Subject): ReadonlyArray<number> => [
  ...new Set([...(entry === undefined ? [] : [entry]), ...readings.map((it) => it.entry)])
]

/** Refuses all entries of a subject for one reason: the Patient at one place, the others at theirs. */
const refused = (
  subject: FhirImport.Subject,
  status: Refused["status"],
  code: OperationOutcome.Issue["code"],
  element: string,
  expected: string
): Refused => {
  const entries = entriesOf(subject)
  const issues = entries.map((it) => {
    const at = it === subject.entry ? element : "subject"
    return OperationOutcome.issue("error", code, `${placeOf(it)}.resource.${at}`, expected)
  })
  return new Refused({ status, entries, issues })
}

/** The id and the identifiers are those of several records. */
export const contradicts = (subject: FhirImport.Subject): Refused =>
  refused(subject, "409", "duplicate", "identifier", "identifiers of one record")

/** No record has the id or one of the identifiers, and the bundle has nothing to make one from. */
export const nobody = (subject: FhirImport.Subject): Refused =>
  refused(subject, "404", "not-found", "identifier", "a Patient of the bundle or on record")

const vanished = (subject: FhirImport.Subject): Refused =>
  refused(subject, "404", "not-found", "id", "a Patient who is still on record")

/** Why no record could be made or changed. */
export const notPlaced = (
  subject: FhirImport.Subject,
  error: Refused | Invalid.Invalid | Ports.Conflict | Ports.NotFound
): Refused => {
  switch (error._tag) {
    case "Refused":
      return error
    case "NotFound":
      return vanished(subject)
    case "Conflict":
      return error.code === "email-taken"
        ? refused(subject, "409", "duplicate", "telecom", "an e-mail address of nobody else")
        : refused(subject, "409", "duplicate", "identifier", "identifiers of nobody else")
    case "Invalid":
      return notValid(subject, error)
  }
}

/** The Patient is told what is wrong with it; what is observed of them, that they are refused. */
const notValid = (subject: FhirImport.Subject, error: Invalid.Invalid): Refused => {
  const at = `${placeOf(subject.entry ?? subject.readings[0]?.entry ?? 0)}.resource`
  const own = OperationOutcome.fromInvalid(error, at)
  const expected = "a Patient that is not refused itself"
  const { entries, issues } = refused(subject, "422", "not-found", "id", expected)
  const others = issues.filter(({ expression }) => !expression[0]?.startsWith(`${at}.id`))
  return new Refused({ status: "422", entries, issues: [...own, ...others] })
}

/** Why no reading of a subject could be stored; the paths begin with the index of the reading. */
export const notRecorded = (
  subject: FhirImport.Subject,
  error: Invalid.Invalid | Ports.NotFound
): Refused => {
  if (error._tag === "NotFound") return vanished(subject)
  const issues = error.issues.flatMap((issue) => {
    const reading = subject.readings[Number(/^\[(\d+)\]/.exec(issue.path)?.[1])]
    return reading === undefined ? [] : issuesOf({ issues: [issue] }, reading)
  })
  return new Refused({ status: "422", entries: subject.readings.map((it) => it.entry), issues })
}

const issuesOf = (
  { issues }: Pick<Invalid.Invalid, "issues">,
  { expression }: FhirImport.ImportedReading
): ReadonlyArray<OperationOutcome.Issue> =>
  issues.map(({ code, expected }) => ({
    ...OperationOutcome.issue("error", OperationOutcome.codeOf(code), expression, expected)
  }))

/** What became of the entries of a subject who is on record. */
export const stored = (
  { entry, readings }: FhirImport.Subject,
  { id, status }: Placed,
  outcomes: ReadonlyArray<Monitoring.Outcome>
): ReadonlyArray<Stored> => [
  ...(entry === undefined
    ? []
    : [
        {
          entry,
          status: status === "created" ? ("201" as const) : ("200" as const),
          location: `Patient/${id}`,
          issues: []
        }
      ]),
  ...readings.flatMap((reading, at) => {
    const outcome = outcomes[at]
    return outcome === undefined ? [] : [recorded(reading, outcome)]
  })
]

const recorded = (reading: FhirImport.ImportedReading, outcome: Monitoring.Outcome): Stored => {
  const { entry } = reading
  if (outcome.status === "refused") {
    return { entry, status: "422", issues: issuesOf(outcome.error, reading) }
  }
  const status = outcome.status === "created" ? "201" : "200"
  return { entry, status, location: `Observation/${outcome.id}`, issues: [] }
}

/** What became of the entries of a subject who was refused. */
export const left = ({ entries, issues, status }: Refused): ReadonlyArray<Stored> =>
  entries.map((entry) => ({
    entry,
    status,
    issues: issues.filter(({ expression }) =>
      expression.some((at) => at.startsWith(`${placeOf(entry)}.`))
    )
  }))

/** The errors of a bundle that is not acceptable. */
export const errors = ({ entries }: FhirImport.Import): ReadonlyArray<OperationOutcome.Issue> =>
  entries.flatMap(({ issues }) => issues.filter(({ severity }) => severity === "error"))

/** Answers for every entry, in the order of the bundle. */
export const answer = (
  { entries, type }: FhirImport.Import,
  stored: ReadonlyArray<Stored>
): FhirResource.Answer => {
  const byEntry = Map.groupBy(stored, ({ entry }) => entry)
  return {
    resourceType: "Bundle",
    type: type === "transaction" ? "transaction-response" : "batch-response",
    entry: entries.map((entry) => ({ response: responseOf(entry, byEntry.get(entry.index) ?? []) }))
  }
}

// Of several readings in one entry, one that is new makes it new, and one that stands makes it stand.
const ranked: ReadonlyArray<Status> = ["201", "200", "404", "409", "422"]

const responseOf = (
  entry: FhirImport.Entry,
  stored: ReadonlyArray<Stored>
): FhirResource.Answer["entry"][number]["response"] => {
  const best = ranked.flatMap((status) => stored.filter((it) => it.status === status))[0]
  const status = best?.status ?? (entry.status === "refused" ? "422" : "200")
  const issues = [
    ...entry.issues,
    ...stored.flatMap((it) => it.issues),
    ...(entry.status === "passed-over" ? [passedOver(entry)] : [])
  ]
  return {
    status,
    ...(best?.location === undefined ? {} : { location: best.location }),
    ...(issues.length === 0 ? {} : { outcome: OperationOutcome.make(issues) })
  }
}

const passedOver = ({ index }: FhirImport.Entry): OperationOutcome.Issue =>
  OperationOutcome.issue(
    "information",
    "not-supported",
    placeOf(index),
    "a Patient or an Observation of a vital sign; nothing of this entry is kept"
  )
