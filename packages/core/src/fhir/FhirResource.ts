/**
 * The parts of FHIR R4 (4.0.1, JSON) that are read and written here: Patient, Observation, Bundle.
 *
 * The guarantee that bites: the schemas are strict about what they name and blind to everything else.
 * Unknown elements and extensions never refuse a resource; an element that is named here and has
 * another shape does.
 */
import * as Schema from "effect/Schema"
import * as OperationOutcome from "./OperationOutcome.ts"

const text = Schema.optionalKey(Schema.String)
const unread = Schema.optionalKey(Schema.Unknown)

const list = <S extends Schema.Top>(of: S) => Schema.optionalKey(Schema.Array(of))

/** What a resource may carry beside its own elements: the unread ones are looked through by url. */
const extensible = {
  extension: list(Schema.Unknown),
  modifierExtension: list(Schema.Unknown)
}

/**
 * A code of a code system.
 *
 * @since 0.2.0
 */
export const Coding = Schema.Struct({
  system: text,
  version: text,
  code: text,
  display: text,
  extension: list(Schema.Unknown)
})

/** @since 0.2.0 */
export interface Coding extends Schema.Schema.Type<typeof Coding> {}

/**
 * One meaning in the codes of any number of code systems.
 *
 * @since 0.2.0
 */
export const CodeableConcept = Schema.Struct({ coding: list(Coding), text })

/** @since 0.2.0 */
export interface CodeableConcept extends Schema.Schema.Type<typeof CodeableConcept> {}

/**
 * A number that some system gave to a thing.
 *
 * @since 0.2.0
 */
export const Identifier = Schema.Struct({ system: text, value: text })

/** @since 0.2.0 */
export interface Identifier extends Schema.Schema.Type<typeof Identifier> {}

/**
 * A reference to another resource, literal or by its identifier.
 *
 * @since 0.2.0
 */
export const Reference = Schema.Struct({
  reference: text,
  type: text,
  identifier: Schema.optionalKey(Identifier),
  display: text
})

/** @since 0.2.0 */
export interface Reference extends Schema.Schema.Type<typeof Reference> {}

/**
 * A number with a unit: `unit` is for people, `code` in `system` for programs.
 *
 * @since 0.2.0
 */
export const Quantity = Schema.Struct({
  value: Schema.optionalKey(Schema.Finite),
  comparator: text,
  unit: text,
  system: text,
  code: text
})

/** @since 0.2.0 */
export interface Quantity extends Schema.Schema.Type<typeof Quantity> {}

const value = {
  valueQuantity: Schema.optionalKey(Quantity),
  valueCodeableConcept: Schema.optionalKey(CodeableConcept),
  valueInteger: Schema.optionalKey(Schema.Int),
  valueString: unread,
  valueBoolean: unread,
  valueRange: unread,
  valueRatio: unread,
  valueSampledData: unread,
  valueTime: unread,
  valueDateTime: unread,
  valuePeriod: unread,
  dataAbsentReason: Schema.optionalKey(CodeableConcept),
  interpretation: list(CodeableConcept)
}

/**
 * A part of an Observation with a code and a value of its own, such as one pressure of two.
 *
 * @since 0.2.0
 */
export const Component = Schema.Struct({ code: CodeableConcept, ...value, ...extensible })

/** @since 0.2.0 */
export interface Component extends Schema.Schema.Type<typeof Component> {}

/**
 * Something observed of a patient.
 *
 * @since 0.2.0
 */
export const Observation = Schema.Struct({
  resourceType: Schema.Literal("Observation"),
  id: text,
  meta: Schema.optionalKey(Schema.Struct({ profile: list(Schema.String) })),
  contained: list(Schema.Unknown),
  identifier: list(Identifier),
  status: Schema.Literals([
    "registered",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "cancelled",
    "entered-in-error",
    "unknown"
  ]),
  category: list(CodeableConcept),
  code: CodeableConcept,
  subject: Schema.optionalKey(Reference),
  effectiveDateTime: text,
  effectiveInstant: text,
  effectivePeriod: Schema.optionalKey(Schema.Struct({ start: text, end: text })),
  effectiveTiming: unread,
  issued: text,
  performer: list(Reference),
  ...value,
  note: list(Schema.Struct({ text: Schema.String })),
  method: Schema.optionalKey(CodeableConcept),
  device: Schema.optionalKey(Reference),
  hasMember: list(Reference),
  derivedFrom: list(Reference),
  component: list(Component),
  ...extensible
}).annotate({ identifier: "FhirObservation" })

/** @since 0.2.0 */
export interface Observation extends Schema.Schema.Type<typeof Observation> {}

/** In an array of primitives, null stands where there is only an extension. */
const primitives = list(Schema.NullOr(Schema.String))

/**
 * The name of a person; a given name stands for each word of it, or for all.
 *
 * @since 0.2.0
 */
export const HumanName = Schema.Struct({ use: text, text, family: text, given: primitives })

/** @since 0.2.0 */
export interface HumanName extends Schema.Schema.Type<typeof HumanName> {}

/**
 * A person in care.
 *
 * @since 0.2.0
 */
export const Patient = Schema.Struct({
  resourceType: Schema.Literal("Patient"),
  id: text,
  identifier: list(Identifier),
  active: Schema.optionalKey(Schema.Boolean),
  name: list(HumanName),
  telecom: list(Schema.Struct({ system: text, value: text, use: text })),
  gender: Schema.optionalKey(Schema.Literals(["male", "female", "other", "unknown"])),
  birthDate: text,
  link: list(Schema.Struct({ type: text })),
  ...extensible
}).annotate({ identifier: "FhirPatient" })

/** @since 0.2.0 */
export interface Patient extends Schema.Schema.Type<typeof Patient> {}

/**
 * What a bundle asks to be done with an entry.
 *
 * @since 0.2.0
 */
export const Request = Schema.Struct({
  method: Schema.Literals(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]),
  url: Schema.String,
  ifNoneExist: text
})

/** @since 0.2.0 */
export interface Request extends Schema.Schema.Type<typeof Request> {}

/**
 * A Bundle as it is written: every resource under the id it has, by PUT.
 *
 * @since 0.2.0
 */
export const Bundle = Schema.Struct({
  resourceType: Schema.Literal("Bundle"),
  type: Schema.Literal("transaction"),
  entry: Schema.Array(
    Schema.Struct({
      fullUrl: Schema.String,
      resource: Schema.Union([Patient, Observation]),
      request: Request
    })
  )
}).annotate({ identifier: "FhirBundle" })

/** @since 0.2.0 */
export interface Bundle extends Schema.Schema.Type<typeof Bundle> {}

/**
 * What became of a bundle that was sent, entry by entry: `status` as HTTP has it, and in `location`
 * the record that stands.
 *
 * @since 0.2.0
 */
export const Answer = Schema.Struct({
  resourceType: Schema.Literal("Bundle"),
  type: Schema.Literals(["batch-response", "transaction-response"]),
  entry: Schema.Array(
    Schema.Struct({
      response: Schema.Struct({
        status: Schema.String,
        location: text,
        outcome: Schema.optionalKey(OperationOutcome.OperationOutcome)
      })
    })
  )
}).annotate({ identifier: "FhirAnswer" })

/** @since 0.2.0 */
export interface Answer extends Schema.Schema.Type<typeof Answer> {}
