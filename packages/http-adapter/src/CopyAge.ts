/**
 * How old a copy is from which a request is answered, as the header `Age` (RFC 9111): the seconds since
 * the source last said that it had told everything.
 *
 * The guarantee that bites: the age is asked before the copy is read, so what is shown is never older
 * than the header says. Where nothing is a copy, nothing is asked and there is no header.
 */
import * as Copying from "@bedside/core/Copying"
import type * as Events from "@bedside/core/Events"
import type * as Patient from "@bedside/core/Patient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpEffect from "effect/http/HttpEffect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"

/**
 * The age of what is copied of a patient; undefined where the source was never heard. Without one,
 * measurements are no copy.
 *
 * @since 0.2.0
 */
export const CopyAge = Context.Reference<
  ((patientId: Patient.PatientId) => Effect.Effect<Duration.Duration | undefined>) | undefined
>("bedside/http/CopyAge", { defaultValue: () => undefined })

/**
 * The age of the copy of a source, for the handlers that show it.
 *
 * @since 0.2.0
 */
export const layer = (source: Events.Source): Layer.Layer<never, never, Copying.Copying> =>
  Layer.effect(
    CopyAge,
    Effect.map(
      Copying.Copying,
      ({ age }) =>
        (patientId: Patient.PatientId) =>
          age(source, patientId)
    )
  )

/**
 * Answers a request with the age of the patient's copy in its header.
 *
 * Shape: what `CopyAge` holds, the patient, and the reading of the copy; whole seconds, rounded up.
 *
 * Fails with: what the reading fails with.
 *
 * @example
 * ```ts
 * import * as CopyAge from "@bedside/http-adapter/CopyAge"
 * import * as Patient from "@bedside/core/Patient"
 * import * as Duration from "effect/Duration"
 * import * as Effect from "effect/Effect"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 *
 * const patientId = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * const age = () => Effect.succeed(Duration.millis(2_500))
 * const read = CopyAge.told(age, patientId, HttpServerResponse.json([]))
 * const { handler } = HttpRouter.toWebHandler(HttpRouter.add("GET", "/latest", read))
 * const { headers } = await handler(new Request("http://localhost/latest"))
 * headers.get("age") // => "3"
 * ```
 * @since 0.2.0
 */
export const told = <A, E, R>(
  copyAge: (typeof CopyAge)["Service"],
  patientId: Patient.PatientId,
  reading: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | HttpServerRequest.HttpServerRequest> =>
  copyAge === undefined
    ? reading
    : Effect.flatMap(copyAge(patientId), (age) =>
        age === undefined
          ? reading
          : HttpEffect.withPreResponseHandler(reading, (_, response) =>
              Effect.succeed(
                response.status >= 400
                  ? response
                  : HttpServerResponse.setHeader(
                      response,
                      "age",
                      String(Math.ceil(Duration.toSeconds(age)))
                    )
              )
            )
      )
