/**
 * The people and devices that use the system.
 *
 * A password is only ever held as `Redacted` on its way in, and as a self-describing hash at rest.
 */
import * as Schema from "effect/Schema"
import * as Timestamp from "../input/Timestamp.ts"
import * as Policy from "./Policy.ts"

/**
 * The id of an account.
 *
 * @since 0.1.0
 */
export const AccountId = Schema.String.check(Schema.isUUID(7)).pipe(Schema.brand("AccountId"))
export type AccountId = typeof AccountId.Type

/**
 * A user name: compared without regard to case, unique.
 *
 * @since 0.1.0
 */
export const UserName = Schema.NonEmptyString.check(
  Schema.isPattern(/^[\p{L}\p{N}][\p{L}\p{N}.@_+-]*$/u, {
    code: "pattern",
    expected: "letters, digits and . @ _ + -, starting with a letter or a digit"
  }),
  Schema.isMaxLength(100)
)

/**
 * A password that may be chosen: 8 to 200 characters.
 *
 * @since 0.1.0
 */
export const NewPassword = Schema.String.check(Schema.isMinLength(8), Schema.isMaxLength(200)).pipe(
  Schema.RedactedFromValue
)

/**
 * What an administrator says of a new account.
 *
 * @since 0.1.0
 */
export const NewAccount = Schema.Struct({
  user: UserName,
  password: NewPassword,
  roles: Schema.NonEmptyArray(Policy.Role)
}).annotate({ identifier: "NewAccount" })
export interface NewAccount extends Schema.Schema.Type<typeof NewAccount> {}

/**
 * An account as others may see it.
 *
 * @since 0.1.0
 */
export const Account = Schema.Struct({
  id: AccountId,
  user: UserName,
  roles: Schema.Array(Policy.Role),
  createdAt: Timestamp.Instant
}).annotate({ identifier: "Account" })
export interface Account extends Schema.Schema.Type<typeof Account> {}

/**
 * An account with the hash of its password, which never leaves the workflows.
 *
 * @since 0.1.0
 */
export interface Credentials extends Account {
  readonly passwordHash: string
}

/**
 * Who is acting: the bearer of a valid token.
 *
 * @since 0.1.0
 */
export interface Actor {
  readonly id: AccountId
  readonly user: string
  readonly roles: ReadonlyArray<Policy.Role>
}
