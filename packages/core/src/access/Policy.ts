/**
 * Who may do what: the roles, the permissions, and the table that joins them.
 *
 * The table is the whole policy. A permission that is not in a role's row is refused, and a user with
 * several roles has the union of their rows. Permissions that end in `:own` reach only records of the
 * user's own making, which the workflows see to.
 */
import * as Schema from "effect/Schema"

/**
 * Administrators run the system and its models, and see no clinical data; clinicians see and write it; devices write
 * measurements and ECGs, and read back what they wrote.
 *
 * @since 0.1.0
 */
export const Role = Schema.Literals(["admin", "clinician", "device"])
export type Role = typeof Role.Type

/**
 * Everything that needs a right.
 *
 * @since 0.1.0
 */
export const Permission = Schema.Literals([
  "users:manage",
  "password:own",
  "registrations:create",
  "patients:read",
  "patients:write",
  "assessments:read",
  "outcomes:state",
  "measurements:record",
  "measurements:read",
  "measurements:read:own",
  "measurements:change",
  "ecgs:own",
  "sensors:use",
  "sensors:manage",
  "models:manage",
  "operations:manage"
])
export type Permission = typeof Permission.Type

const table: Record<Role, ReadonlyArray<Permission>> = {
  admin: [
    "users:manage",
    "password:own",
    "registrations:create",
    "models:manage",
    "operations:manage"
  ],
  clinician: [
    "password:own",
    "registrations:create",
    "patients:read",
    "patients:write",
    "assessments:read",
    "outcomes:state",
    "measurements:record",
    "measurements:read",
    "measurements:read:own",
    "measurements:change",
    "ecgs:own",
    "sensors:use",
    "sensors:manage"
  ],
  device: [
    "password:own",
    "measurements:record",
    "measurements:read:own",
    "ecgs:own",
    "sensors:use"
  ]
}

/**
 * Tells whether any of the roles has the permission.
 *
 * Shape: no roles, no rights.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Policy from "@bedside/core/Policy"
 *
 * Policy.permits(["clinician"], "patients:read") // => true
 * Policy.permits(["admin"], "patients:read") // => false
 * Policy.permits(["admin", "clinician"], "patients:read") // => true
 * ```
 * @since 0.1.0
 */
export const permits = (roles: ReadonlyArray<Role>, permission: Permission): boolean =>
  roles.some((role) => table[role].includes(permission))
