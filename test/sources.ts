/**
 * The files of this project as the tests about its structure and documentation see them: what is
 * there, not what git knows of.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { basename, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url).href)

export interface Source {
  /** Relative to the root of the project, with slashes. */
  readonly file: string
  readonly text: string
}

export interface Module extends Source {
  /** `Sensor` for `src/sensor/Sensor.ts`. */
  readonly name: string
  /** The folder under `src`, empty at its top. */
  readonly folder: string
  /** Meant for users: neither an index nor below a folder `internal`. */
  readonly published: boolean
}

/** The folders of `packages`. */
export const packages: ReadonlyArray<string> = readdirSync(join(root, "packages")).toSorted()

/** The files below a folder, in the order of their paths; nothing where the folder is absent. */
export const files = (folder: string, extension: string): ReadonlyArray<Source> => {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
    .toSorted()
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }))
}

/** The source modules of a package. */
export const modules = (name: string): ReadonlyArray<Module> => {
  const src = `packages/${name}/src/`
  return files(src, ".ts").map((source) => {
    const segments = source.file.slice(src.length).split("/")
    const module = basename(source.file, ".ts")
    return {
      ...source,
      name: module,
      folder: segments.length > 1 ? (segments[0] ?? "") : "",
      published: module !== "index" && !segments.includes("internal")
    }
  })
}

/** What a module exports at run time. */
export const load = (module: Module): Promise<Record<string, unknown>> =>
  import(/* @vite-ignore */ join(root, module.file))

/** The fields of a `package.json` that are looked at. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>
  readonly exports?: Record<string, Record<string, string> | string | null>
}

export const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))

/** The documents people read: at the root, in `docs`, and each package's own. */
export const markdown = (): ReadonlyArray<Source> => [
  ...["README.md", "CONTRIBUTING.md"]
    .filter((file) => existsSync(join(root, file)))
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") })),
  ...files("docs", ".md"),
  ...files("examples", ".md"),
  ...files("packages", ".md").filter(({ file }) => !file.endsWith("CHANGELOG.md"))
]
