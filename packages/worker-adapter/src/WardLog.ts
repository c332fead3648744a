/**
 * The ward told through the log, until somebody has a pager: one warning for each patient whose
 * score calls for help, with ids, score and band and nothing that names the patient.
 */
import type * as Notifying from "@bedside/core/Notifying"
import * as Effect from "effect/Effect"

/**
 * Takes deteriorations.
 *
 * @since 0.1.0
 */
export const channel: Notifying.Channel = {
  name: "ward-log",
  takes: (notice) => notice._tag === "Deterioration",
  send: (notice) => {
    if (notice._tag !== "Deterioration") return Effect.void
    const { id, patientId, score, total, band } = notice.assessed
    return Effect.logWarning("a patient's score calls for the ward").pipe(
      Effect.annotateLogs({ assessmentId: id, patientId, score, total, band })
    )
  }
}
