/**
 * Jobs carried by a broker: what brokers have in common.
 */
import * as Schema from "effect/Schema"

/**
 * The broker cannot be used as configured; `reason` never holds the password.
 *
 * @since 0.2.0
 */
export class BrokerUnusable extends Schema.TaggedError<BrokerUnusable>()("BrokerUnusable", {
  address: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.address} cannot be used: ${this.reason}`
  }
}
