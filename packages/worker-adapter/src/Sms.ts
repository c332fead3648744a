/**
 * Text messages, shown by a channel that only logs: it says that a message would be sent and to
 * which patient, and never the number or the name.
 *
 * This module is all there is to a channel. Sending for real is another `send`; registration and
 * the workflows know of none of it.
 */
import type * as Notifying from "@bedside/core/Notifying"
import * as Effect from "effect/Effect"

/**
 * Takes confirmations for patients with a telephone number.
 *
 * @since 0.1.0
 */
export const channel: Notifying.Channel = {
  name: "sms",
  takes: (notice) => notice._tag === "ConfirmRegistration" && notice.patient.phone !== undefined,
  send: (notice) =>
    notice._tag === "ConfirmRegistration"
      ? Effect.logInfo("a text message would be sent").pipe(
          Effect.annotateLogs({ patientId: notice.patient.id })
        )
      : Effect.void
}
