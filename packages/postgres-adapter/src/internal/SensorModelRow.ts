/**
 * Versions of sensor models as rows: one column for each field, the decision on a candidate in three.
 */
import type * as SensorModel from "@bedside/core/SensorModel"
import * as DateTime from "effect/DateTime"

export interface ModelRow extends Omit<
  SensorModel.Version,
  "column" | "createdAt" | "liveFrom" | "liveUntil" | "decision"
> {
  readonly sensorColumn: string
  readonly createdAt: Date
  readonly liveFrom: Date | null
  readonly liveUntil: Date | null
  readonly decidedBy: string | null
  readonly decidedBecause: string | null
  readonly decidedAt: Date | null
  /** Made of `bins` by the database. */
  readonly edges?: string
}

const instant = (date: Date | null) => (date === null ? null : DateTime.fromDateUnsafe(date))

export const fromRow = ({
  sensorColumn,
  createdAt,
  edges: _,
  liveFrom,
  liveUntil,
  decidedBy,
  decidedBecause,
  decidedAt,
  ...row
}: ModelRow): SensorModel.Version => ({
  ...row,
  column: sensorColumn,
  createdAt: DateTime.fromDateUnsafe(createdAt),
  liveFrom: instant(liveFrom),
  liveUntil: instant(liveUntil),
  decision:
    decidedBy === null || decidedAt === null
      ? null
      : { actor: decidedBy, reason: decidedBecause, at: DateTime.fromDateUnsafe(decidedAt) }
})

const text = (at: DateTime.Utc | null) => (at === null ? null : DateTime.formatIso(at))

/** A version of this model as JSON, by the names of the columns. */
export const toJson = ({ sensorId, column }: SensorModel.Key, model: SensorModel.Version) => ({
  sensor_id: sensorId,
  sensor_column: column,
  version: model.version,
  parent: model.parent,
  origin: model.origin,
  restores: model.restores,
  state: model.state,
  actor: model.actor,
  reason: model.reason,
  count: model.count,
  skipped: model.skipped,
  mean: model.mean,
  std: model.std,
  bins: model.bins,
  created_at: DateTime.formatIso(model.createdAt),
  live_from: text(model.liveFrom),
  live_until: text(model.liveUntil),
  decided_by: model.decision?.actor ?? null,
  decided_because: model.decision?.reason ?? null,
  decided_at: text(model.decision?.at ?? null)
})
