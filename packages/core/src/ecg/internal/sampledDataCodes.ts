/** The codes of leads and units that ECGs in FHIR are written with. */

/** ISO/IEEE 11073-10101, by its name in R4, and by the one that examples of HL7 use. */
export const mdc = "urn:iso:std:iso:11073:10101"

export const mdcSystems: ReadonlyArray<string> = [mdc, "urn:oid:2.16.840.1.113883.6.24"]

export const ucum = "http://unitsofmeasure.org"

/** MDC_ECG_ELEC_POTL, the electric potential of a heart; a lead's own number is added to it. */
export const potential = 131_328

// The numbers of the leads are those of SCP-ECG.
const leads: ReadonlyArray<readonly [name: string, number: number]> = [
  ["I", 1],
  ["II", 2],
  ["V1", 3],
  ["V2", 4],
  ["V3", 5],
  ["V4", 6],
  ["V5", 7],
  ["V6", 8],
  ["III", 61],
  ["aVR", 62],
  ["aVL", 63],
  ["aVF", 64]
]

/** The name of the lead that a code stands for. */
export const leadOf = (code: string): string | undefined =>
  leads.find(([, number]) => String(potential + number) === code)?.[0]

/** The code of a lead with its name in the nomenclature, for the twelve standard leads. */
export const codeOf = (
  name: string
): { readonly code: string; readonly display: string } | undefined => {
  const lead = leads.find(([standard]) => standard.toUpperCase() === name.toUpperCase())
  return lead === undefined
    ? undefined
    : {
        code: String(potential + lead[1]),
        display: `MDC_ECG_ELEC_POTL_${lead[0].toUpperCase()}`
      }
}

/** Units of voltage whose name is their UCUM code. */
export const isUcum = (unit: string): boolean => ["nV", "uV", "mV", "V"].includes(unit)
