/**
 * Holds the picture of the design: which package may know which, and in what direction modules of
 * the core know each other.
 *
 *     examples, bench  ->  http-adapter, postgres-adapter, worker-adapter  ->  core  ->  effect
 *
 * It reads import lines only. An arrow that is not in the picture needs another design, not another
 * exception here.
 */
import { describe, expect, it } from "@effect/vitest"
import { builtinModules } from "node:module"
import { posix } from "node:path"
import * as Sources from "./sources.ts"

/** Each folder of the core may know itself and those before it. */
const order = [
  "input",
  "patient",
  "measurement",
  "ecg",
  "sensor",
  "risk",
  "fhir",
  "access",
  "monitoring",
  // The index.
  ""
]

const longest = 500

interface Import {
  /** `file:line`, to be clicked. */
  readonly place: string
  readonly file: string
  readonly specifier: string
  /** The package, `node:`, or `.` for a relative import. */
  readonly from: string
}

const statements =
  /^(?:import|export) (?:type )?(?:[\w$*{},\s]+? from )?"([^"]+)"|^(?! *(?:\*|\/\/)).*\bimport\(\s*"([^"]+)"/gm

const importsOf = ({ file, text }: Sources.Source): ReadonlyArray<Import> =>
  Array.from(text.matchAll(statements), (match) => {
    const specifier = match[1] ?? match[2] ?? ""
    const line = text.slice(0, match.index).split("\n").length
    return { place: `${file}:${line} ${specifier}`, file, specifier, from: packageOf(specifier) }
  })

const packageOf = (specifier: string): string => {
  if (specifier.startsWith(".")) return "."
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return "node:"
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
}

const targetOf = ({ file, specifier }: Import): string =>
  posix.normalize(posix.join(posix.dirname(file), specifier))

const places = (imports: ReadonlyArray<Import>): ReadonlyArray<string> =>
  imports.map(({ place }) => place)

/** What a manifest lists for its users: `devDependencies` are no permission for sources. */
const listedBy = (folder: string): ReadonlySet<string> => {
  const { dependencies = {}, peerDependencies = {} } = Sources.manifest(folder)
  return new Set(Object.keys({ ...dependencies, ...peerDependencies }))
}

const published = Sources.packages.map((name) => {
  const modules = Sources.modules(name)
  return { name, modules, imports: modules.flatMap(importsOf) }
})

describe.each(published)("$name", ({ name, modules, imports }) => {
  const folder = `packages/${name}`
  const { exports = {} } = Sources.manifest(folder)
  const index = modules.find((module) => module.file === `${folder}/src/index.ts`)
  const isIndex = ({ file }: { readonly file: string }) => file === index?.file

  it("knows only the packages it lists", () => {
    const listed = listedBy(folder)
    const own = name === "core" ? ["."] : [".", "node:"]
    const unlisted = imports.filter(({ from }) => !listed.has(from) && !own.includes(from))
    expect(places(unlisted)).toEqual([])
  })

  it("lists no other package of ours than core, and core none but effect", () => {
    const allowed = name === "core" ? ["effect"] : ["@bedside/core"]
    const listed = [...listedBy(folder)].filter((each) => name === "core" || isOurs(each))
    expect(listed.filter((each) => !allowed.includes(each))).toEqual([])
  })

  it("stays inside its own sources, and names its files in full", () => {
    const outside = imports.filter(
      (it) =>
        it.from === "." &&
        !(targetOf(it).startsWith(`${folder}/src/`) && it.specifier.endsWith(".ts"))
    )
    expect(places(outside)).toEqual([])
  })

  it("imports effect by subpath, which keeps what is not used out of a bundle", () => {
    expect(places(imports.filter(({ specifier }) => specifier === "effect"))).toEqual([])
  })

  it("reads neither Config nor the environment: a main.ts does, and passes it on", () => {
    expect(readersOfConfig(modules)).toEqual([])
  })

  it("gives the reason where a cast bends a type", () => {
    const bent = modules.flatMap(({ file, text }) => {
      const lines = text.split("\n")
      return lines.flatMap((line, at) =>
        line.includes(" as unknown as ") && !/\/\//.test(`${lines[at - 1] ?? ""}${line}`)
          ? [`${file}:${at + 1}`]
          : []
      )
    })
    expect(bent).toEqual([])
  })

  it("has no module that knows itself in a circle", () => {
    expect(circles(imports)).toEqual([])
  })

  it("has an index of namespaces only, and no other file passes modules on", () => {
    const lines = (index?.text ?? "").split("\n").filter((line) => line !== "")
    const other = lines.filter(
      (line) => !/^export \* as (\w+) from "\.\/(?:.*\/)?\1\.ts"$/.test(line)
    )
    const barrels = modules.filter((it) => !isIndex(it) && /^export \*/m.test(it.text))
    const users = imports.filter((it) => it.from === "." && /(^|\/)index\.ts$/.test(it.specifier))
    expect([...other, ...barrels.map(({ file }) => file), ...places(users)]).toEqual([])
  })

  const optional = reaching(imports, optionalOf(folder))
  const pathOf = ({ file }: { readonly file: string }) =>
    file.slice(`${folder}/src/`.length, -".ts".length)

  it("offers every module as a subpath and in its index, in the same order", () => {
    const apart = modules.filter((module) => module.published && optional.has(module.file))
    const paths = modules
      .filter((module) => module.published && !optional.has(module.file))
      .map(pathOf)
    const inIndex = Array.from(
      (index?.text ?? "").matchAll(/ from "\.\/(.+)\.ts"/g),
      ([, path]) => path ?? ""
    )
    expect(inIndex.toSorted()).toEqual(paths.toSorted())
    expect(exports).toEqual({
      ".": entry("index"),
      ...Object.fromEntries(inIndex.map((path) => [`./${posix.basename(path)}`, entry(path)])),
      ...Object.fromEntries(apart.map((it) => [`./${it.name.toLowerCase()}`, entry(pathOf(it))])),
      "./internal/*": null,
      "./package.json": "./package.json"
    })
    const subpaths = inIndex.map((path) => `./${posix.basename(path)}`)
    expect(Object.keys(exports).filter((key) => subpaths.includes(key))).toEqual(subpaths)
  })

  it(`has no file of more than ${longest} lines`, () => {
    const long = modules.filter(({ text }) => text.trimEnd().split("\n").length > longest)
    expect(long.map(({ file }) => file)).toEqual([])
  })
})

describe("core", () => {
  const modules = Sources.modules("core")

  it("knows its own folders only downwards", () => {
    const folders = new Map(modules.map(({ file, folder }) => [file, order.indexOf(folder)]))
    expect(modules.filter(({ folder }) => !order.includes(folder)).map(({ file }) => file)).toEqual(
      []
    )
    const upwards = modules
      .flatMap(importsOf)
      .filter((it) => it.from === "." && rank(folders, targetOf(it)) > rank(folders, it.file))
    expect(places(upwards)).toEqual([])
  })

  it("lists its modules in the order in which they may know each other", () => {
    const index = modules.find(({ name, folder }) => name === "index" && folder === "")
    const folders = Array.from(
      (index?.text ?? "").matchAll(/ from "\.\/(\w+)\//g),
      ([, it]) => it ?? ""
    )
    expect(folders).toEqual(folders.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
  })

  it("reads no clock, no randomness and no network in its domain", () => {
    const impure =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bDateTime\.now\b|\bcrypto\.|\bfetch\(|\bperformance\.|from "effect\/(?:Clock|Random|FileSystem)"/
    const domain = modules.filter(({ folder }) => folder !== "monitoring")
    expect(linesWith(domain, impure)).toEqual([])
  })

  it("reads no clock of the platform in its workflows", () => {
    const platform =
      /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\.|\bfetch\(|\bperformance\./
    const workflows = modules.filter(({ folder }) => folder === "monitoring")
    expect(linesWith(workflows, platform)).toEqual([])
  })
})

describe("examples and benchmarks", () => {
  const sources = ["examples", "bench", "packages/core/bench"].flatMap((folder) =>
    Sources.files(folder, ".ts")
  )

  it("use what is published, as a user would", () => {
    const inside = sources
      .flatMap(importsOf)
      .filter((it) => it.from === "." && /^packages\/.*\/src\//.test(targetOf(it)))
    const hidden = sources.flatMap(importsOf).filter(({ specifier }) => {
      const [, name, subpath] = /^@bedside\/([^/]+)(.*)$/.exec(specifier) ?? []
      if (name === undefined) return false
      return Sources.manifest(`packages/${name}`).exports?.[`.${subpath}`] === undefined
    })
    expect(places([...inside, ...hidden])).toEqual([])
  })

  it("read Config and the environment in a main.ts only", () => {
    const others = sources.filter(({ file }) => !/(^|\/)main\.ts$|\.test\.ts$/.test(file))
    expect(readersOfConfig(others)).toEqual([])
  })
})

const isOurs = (name: string): boolean => name.startsWith("@bedside/")

const entry = (path: string): Record<string, string> => ({
  "@bedside/source": `./src/${path}.ts`,
  types: `./dist/${path}.d.ts`,
  default: `./dist/${path}.js`
})

/** Packages that a user may leave out: what needs them is a subpath in lower case, and not in the index. */
const optionalOf = (folder: string): ReadonlySet<string> => {
  const { peerDependenciesMeta = {} } = Sources.manifest(folder)
  return new Set(
    Object.keys(peerDependenciesMeta).filter((it) => peerDependenciesMeta[it]?.optional)
  )
}

/** The files that import one of these packages, or a file that does. */
const reaching = (
  imports: ReadonlyArray<Import>,
  packages: ReadonlySet<string>
): ReadonlySet<string> => {
  const found = new Set(imports.filter(({ from }) => packages.has(from)).map(({ file }) => file))
  for (let before = -1; before < found.size;) {
    before = found.size
    for (const it of imports) {
      if (it.from === "." && found.has(targetOf(it))) found.add(it.file)
    }
  }
  return found
}

const rank = (folders: ReadonlyMap<string, number>, file: string): number =>
  folders.get(file) ?? Infinity

const linesWith = (
  sources: ReadonlyArray<Sources.Source>,
  pattern: RegExp
): ReadonlyArray<string> =>
  sources.flatMap(({ file, text }) =>
    text
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) && !/^\s*(?:\*|\/\/)/.test(line) ? [`${file}:${index + 1}`] : []
      )
  )

const readersOfConfig = (sources: ReadonlyArray<Sources.Source>): ReadonlyArray<string> =>
  linesWith(
    sources,
    /from "effect\/Config"|import \{[^}]*\bConfig\b[^}]*\} from "effect"|\bprocess\.env\b/
  )

/** One circle for each module that is reached from itself, as a path through files. */
const circles = (imports: ReadonlyArray<Import>): ReadonlyArray<string> => {
  const targets = new Map<string, Array<string>>()
  for (const each of imports.filter(({ from }) => from === ".")) {
    targets.set(each.file, [...(targets.get(each.file) ?? []), targetOf(each)])
  }
  const finished = new Set<string>()
  const found: Array<string> = []
  const visit = (file: string, path: ReadonlyArray<string>): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(" -> "))
      return
    }
    if (finished.has(file)) return
    for (const target of targets.get(file) ?? []) visit(target, [...path, file])
    finished.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return found
}
