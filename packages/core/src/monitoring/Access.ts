/**
 * Who comes in: signing in, making accounts, changing one's password.
 *
 * A wrong password and an unknown user give the same answer after the same work, so nobody learns
 * which names exist.
 */
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Account from "../access/Account.ts"
import * as Passwords from "../access/Passwords.ts"
import * as Identity from "./Identity.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

/**
 * User name and password do not belong together.
 *
 * @since 0.1.0
 */
export class SignInRefused extends Schema.TaggedError<SignInRefused>()("SignInRefused", {}) {}

/**
 * The workflows around accounts.
 *
 * @since 0.1.0
 */
export class Access extends Context.Service<Access>()("bedside/Access", {
  make: Effect.gen(function* () {
    const accounts = yield* Ports.Accounts
    const passwords = yield* Passwords.Passwords
    const random = yield* SecureRandom.SecureRandom
    const decoyHash = yield* passwords.hash(Redacted.make("nobody has this password"))

    const signIn = Effect.fn("Access.signIn")(function* (
      user: string,
      password: Redacted.Redacted<string>
    ) {
      const found = yield* Effect.option(accounts.findByUser(user))
      const hash = found._tag === "Some" ? found.value.passwordHash : decoyHash
      const matches = yield* passwords.verify(password, hash)
      if (found._tag === "None" || !matches) return yield* new SignInRefused()
      return visible(found.value)
    })

    const open = Effect.fn("Access.open")(function* (details: Account.NewAccount) {
      const account = {
        id: yield* Identity.next<Account.AccountId>(random),
        user: details.user,
        roles: [...new Set(details.roles)],
        createdAt: yield* DateTime.now
      }
      yield* accounts.insert({ ...account, passwordHash: yield* passwords.hash(details.password) })
      return account
    })

    /** Opens the first account of an administrator, unless the name is taken: then nothing happens. */
    const openFirst = (details: Account.NewAccount) =>
      accounts.findByUser(details.user).pipe(
        Effect.asVoid,
        Effect.catchTag("NotFound", () => Effect.asVoid(open(details))),
        Effect.catchTag("Conflict", () => Effect.void)
      )

    const changePassword = Effect.fn("Access.changePassword")(function* (
      actor: Account.Actor,
      current: Redacted.Redacted<string>,
      replacement: Redacted.Redacted<string>
    ) {
      const account = yield* accounts.find(actor.id)
      const matches = yield* passwords.verify(current, account.passwordHash)
      if (!matches) return yield* new SignInRefused()
      yield* accounts.setPasswordHash(actor.id, yield* passwords.hash(replacement))
    })

    const list = Effect.fn("Access.list")(function* (request: Page.Request) {
      const after = yield* Effect.fromResult(Page.after(request, Account.AccountId))
      const found = yield* accounts.list({ limit: request.limit + 1, ...after })
      return Page.make(found, request.limit, (account) => account.id)
    })

    return { signIn, open, openFirst, changePassword, list }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}

const visible = ({ id, user, roles, createdAt }: Account.Credentials): Account.Account => ({
  id,
  user,
  roles,
  createdAt
})
