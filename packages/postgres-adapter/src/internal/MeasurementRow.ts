/**
 * A measurement as a row. Unit and flag follow from the catalogue and are not stored.
 */
import type * as Account from "@bedside/core/Account"
import * as Measurement from "@bedside/core/Measurement"
import type * as Patient from "@bedside/core/Patient"
import * as Timestamp from "@bedside/core/Timestamp"
import type * as Vital from "@bedside/core/Vital"
import * as DateTime from "effect/DateTime"

/** One of the two is null. */
export interface ValueColumns {
  readonly number: number | null
  readonly code: string | null
}

export interface MeasurementRow extends ValueColumns {
  readonly id: Measurement.MeasurementId
  readonly patientId: Patient.PatientId
  readonly vital: Vital.Code
  readonly observedAt: Date
  readonly offsetMinutes: number
  readonly receivedAt: Date
  readonly recordedAt: Date
  readonly source: string
  readonly panel: Measurement.PanelId | null
  readonly writtenBy: Account.AccountId | null
  readonly implausible: boolean
  readonly version: number
}

/** The columns of such a row, in a table that the query calls `m`. */
export const columns =
  "m.id, m.patient_id, m.vital, m.number, m.code, m.observed_at, m.offset_minutes, m.received_at, " +
  "m.recorded_at, m.source, m.panel, m.written_by, m.implausible, m.version"

// The constraint of the table keeps one of the two.
export const value = ({ number, code }: ValueColumns): Measurement.Value => number ?? code ?? NaN

export const numberOf = (of: Measurement.Value): number | null =>
  typeof of === "number" ? of : null

export const codeOf = (of: Measurement.Value): string | null => (typeof of === "string" ? of : null)

export const fromRow = (row: MeasurementRow): Measurement.Measurement => ({
  id: row.id,
  patientId: row.patientId,
  vital: row.vital,
  value: value(row),
  observedAt: Timestamp.at(row.observedAt.getTime(), row.offsetMinutes),
  receivedAt: DateTime.fromDateUnsafe(row.receivedAt),
  recordedAt: DateTime.fromDateUnsafe(row.recordedAt),
  source: row.source,
  ...(row.panel === null ? {} : { panel: row.panel }),
  ...Measurement.describe(row.vital, row.implausible),
  version: row.version
})
