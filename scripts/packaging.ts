/**
 * Packs the packages as they would be published and uses them as a stranger would: installed from
 * their tarballs into an empty application outside the workspace, every subpath is imported, every
 * example of the documentation is type-checked and executed, and the README's library example runs
 * as it stands.
 *
 *     pnpm run packaging
 *
 * The guarantee that bites: nothing here resolves to the sources of the workspace.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as Example from "../test/docs/example.ts"
import * as Sources from "../test/sources.ts"

const root = fileURLToPath(new URL("..", import.meta.url).href)
const bin = join(root, "node_modules/.bin")
const workspace = mkdtempSync(join(tmpdir(), "bedside-packaging-"))
const tarballs = join(workspace, "tarballs")
const application = join(workspace, "application")

/** Runs a command silently; what it said comes out with its failure. */
const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(" ")}\n${error?.message ?? stdout + stderr}`)
}

const step = async (name: string, body: () => unknown): Promise<void> => {
  const started = performance.now()
  const said = await body()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`ok  ${name}${typeof said === "string" ? `: ${said}` : ""} (${seconds} s)`)
}

const packed = (): ReadonlyArray<string> =>
  readdirSync(tarballs).map((file) => join(tarballs, file))

const pack = (): string => {
  mkdirSync(tarballs)
  for (const name of Sources.packages) {
    const folder = join(root, "packages", name)
    run(folder, "pnpm", "pack", "--pack-destination", tarballs)
  }
  for (const tarball of packed()) {
    const files = run(workspace, "tar", "-tzf", tarball)
    for (const needed of ["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts"]) {
      if (!files.includes(`package/${needed}\n`)) throw new Error(`${tarball} has no ${needed}`)
    }
    const manifest = run(workspace, "tar", "-xzOf", tarball, "package/package.json")
    const protocol = /"(?:workspace|catalog|link|file):[^"]*"/.exec(manifest)
    if (protocol !== null) throw new Error(`${tarball} depends on ${protocol[0]}`)
  }
  return `${packed().length} tarballs`
}

const lint = (): void => {
  for (const tarball of packed()) {
    run(workspace, join(bin, "publint"), "--strict", tarball)
    run(workspace, join(bin, "attw"), tarball, "--profile", "esm-only", "--format", "ascii")
  }
}

const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"]

const install = (): void => {
  mkdirSync(application)
  const dependencies = Object.fromEntries(
    packed().map((tarball) => {
      const manifest = run(workspace, "tar", "-xzOf", tarball, "package/package.json")
      const { name }: Sources.Manifest = JSON.parse(manifest)
      return [name, `file:${tarball}`]
    })
  )
  const { version } = Sources.manifest("node_modules/effect")
  const types = Sources.manifest("node_modules/@types/node")
  write("package.json", {
    private: true,
    type: "module",
    dependencies: { ...dependencies, effect: version },
    devDependencies: { "@types/node": types.version }
  })
  run(application, "npm", "install", ...quiet)
}

const write = (file: string, content: unknown): void =>
  writeFileSync(
    join(application, file),
    typeof content === "string" ? content : JSON.stringify(content, null, 2)
  )

/** What only some need, and is told apart from the rest by its lower case. */
const isOptional = (subpath: string): boolean => /^@[^/]+\/[^/]+\/[a-z]+$/.test(subpath)

const subpaths = (): ReadonlyArray<string> =>
  Sources.packages.flatMap((name) => {
    const { exports = {} } = Sources.manifest(`packages/${name}`)
    return Object.entries(exports)
      .filter(([subpath, target]) => target !== null && !subpath.endsWith(".json"))
      .map(([subpath]) => `@bedside/${name}${subpath.slice(1)}`)
  })

const importing = (subpath: string): string =>
  `if (Object.keys(await import("${subpath}")).length === 0) throw new Error("${subpath}")`

/** Without the packages that a user may leave out. */
const importAll = (): string => {
  const imports = subpaths()
    .filter((subpath) => !isOptional(subpath))
    .map(importing)
  const hidden = Sources.packages.map(
    (name) =>
      `await import("@bedside/${name}/internal/x").then(
        () => { throw new Error("internal") },
        (error) => { if (error.code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error }
      )`
  )
  write("subpaths.mjs", [...imports, ...hidden].join("\n"))
  run(application, process.execPath, "subpaths.mjs")
  return `${imports.length} subpaths`
}

const importOptional = (): string => {
  const wanted = Sources.packages.flatMap((name) => {
    const folder = `packages/${name}`
    return Object.keys(Sources.manifest(folder).peerDependenciesMeta ?? {}).map(
      (peer) => `${peer}@${Sources.manifest(`${folder}/node_modules/${peer}`).version}`
    )
  })
  run(application, "npm", "install", ...quiet, ...wanted)
  const imports = subpaths().filter(isOptional).map(importing)
  write("optional.mjs", imports.join("\n"))
  run(application, process.execPath, "optional.mjs")
  return `${imports.length} subpaths, with ${wanted.join(", ")}`
}

const examples: ReadonlyArray<Example.Example> = [
  ...Sources.packages
    .flatMap(Sources.modules)
    .flatMap(({ file, text }) => Example.inSource(file, text)),
  ...Sources.markdown().flatMap(({ file, text }) => Example.inMarkdown(file, text))
]

const typeCheck = (): string => {
  const folder = join(application, "examples")
  mkdirSync(folder)
  for (const example of examples) {
    const name = `${example.file.replaceAll(/[^\w.]/g, "-")}-${example.line}.ts`
    // An example without imports would be a script, whose names are those of all others.
    writeFileSync(join(folder, name), `${example.code}\nexport {}\n`)
  }
  write("tsconfig.json", {
    compilerOptions: {
      target: "es2023",
      module: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      skipLibCheck: true,
      types: ["node"]
    },
    include: ["examples"]
  })
  run(application, join(bin, "tsc"), "-p", "tsconfig.json")
  return `${examples.length} examples`
}

const execute = async (): Promise<string> => {
  write("load.mjs", "export const load = (specifier) => import(specifier)\n")
  const { load }: { readonly load: Example.Load } = await import(
    pathToFileURL(join(application, "load.mjs")).href
  )
  for (const example of examples) await Example.run(example, load)
  const library = examples.find(({ file, name }) => file === "README.md" && name === "library")
  if (library === undefined) throw new Error("README.md has no <!-- example: library -->")
  write("library.ts", library.code)
  run(application, process.execPath, "library.ts")
  return `${examples.length} examples, ${sum(examples.map(Example.countClaims))} results`
}

const sum = (values: ReadonlyArray<number>): number => values.reduce((a, b) => a + b, 0)

try {
  await step("build", () => void run(root, "pnpm", "run", "build"))
  await step("pack", pack)
  await step("publint and attw", lint)
  await step("install into an empty application", install)
  await step("import", importAll)
  await step("import what is optional", importOptional)
  await step("type-check", typeCheck)
  await step("run", execute)
  rmSync(workspace, { recursive: true })
} catch (error) {
  console.error(`FAILED, see ${workspace}\n${String(error)}`)
  process.exitCode = 1
}
