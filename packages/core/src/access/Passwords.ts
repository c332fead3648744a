/**
 * The port for passwords: turning one into a self-describing hash, and checking one against it.
 *
 * The guarantee that bites: a password is only ever `Redacted`, is in no message, and is compared in
 * constant time; a hash names its own algorithm, so old hashes stay good when the algorithm changes.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

/**
 * Hashes and verifies passwords. A hash whose algorithm this runtime cannot compute is a defect that
 * names the algorithm.
 *
 * @since 0.1.0
 */
export class Passwords extends Context.Service<
  Passwords,
  {
    readonly hash: (password: Redacted.Redacted<string>) => Effect.Effect<string>
    readonly verify: (password: Redacted.Redacted<string>, hash: string) => Effect.Effect<boolean>
  }
>()("bedside/Passwords") {}
