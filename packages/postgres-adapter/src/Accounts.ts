/**
 * Accounts on Postgres.
 *
 * User names are unique and found without regard to case, by the rules of Unicode, whatever the
 * server's locale.
 */
import type * as Account from "@bedside/core/Account"
import * as Ports from "@bedside/core/Ports"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Row from "./internal/Row.ts"
import * as Transaction from "./internal/Transaction.ts"

interface AccountRow {
  readonly id: Account.AccountId
  readonly userName: string
  readonly roles: Account.Account["roles"]
  readonly createdAt: Date
}

interface CredentialsRow extends AccountRow {
  readonly passwordHash: string
}

const toAccount = ({ id, userName, roles, createdAt }: AccountRow): Account.Account => ({
  id,
  user: userName,
  roles,
  createdAt: DateTime.fromDateUnsafe(createdAt)
})

const toCredentials = (row: CredentialsRow): Account.Credentials => ({
  ...toAccount(row),
  passwordHash: row.passwordHash
})

const toRow = (credentials: Account.Credentials): CredentialsRow => ({
  id: credentials.id,
  userName: credentials.user,
  roles: credentials.roles,
  createdAt: DateTime.toDateUtc(credentials.createdAt),
  passwordHash: credentials.passwordHash
})

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const credentials = sql`
    select id, user_name, roles, created_at, password_hash from bedside_accounts
  `

  return Ports.Accounts.of({
    insert: (account) =>
      sql`insert into bedside_accounts ${sql.insert({ ...toRow(account) })}`.pipe(
        Transaction.onDuplicate(
          "bedside_accounts_user_key",
          () => new Ports.Conflict({ code: "user-taken", path: "user" })
        ),
        Effect.asVoid,
        Transaction.orDie
      ),
    findByUser: (user) =>
      sql<CredentialsRow>`
        ${credentials}
        where lower(user_name collate "und-x-icu") collate "C"
          = lower(${user} collate "und-x-icu") collate "C"
      `.pipe(Effect.flatMap(Row.first("account")), Effect.map(toCredentials), Transaction.orDie),
    find: (id) =>
      sql<CredentialsRow>`${credentials} where id = ${id}`.pipe(
        Effect.flatMap(Row.first("account")),
        Effect.map(toCredentials),
        Transaction.orDie
      ),
    setPasswordHash: (id, passwordHash) =>
      sql`
        update bedside_accounts set password_hash = ${passwordHash} where id = ${id} returning id
      `.pipe(Effect.flatMap(Row.first("account")), Effect.asVoid, Transaction.orDie),
    list: ({ limit, after }) =>
      sql<AccountRow>`
        select id, user_name, roles, created_at from bedside_accounts
        where ${after === undefined ? sql.literal("true") : sql`id > ${after}`}
        order by id limit ${limit}
      `.pipe(
        Effect.map((rows) => rows.map(toAccount)),
        Transaction.orDie
      )
  })
})

/**
 * Accounts on the current database.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<Ports.Accounts, never, SqlClient.SqlClient> = Layer.effect(
  Ports.Accounts,
  make
)
