/** The job of the queue's tests. */
import * as Schema from "effect/Schema"

export const Visit = Schema.Struct({ bed: Schema.String, hold: Schema.Boolean })
