import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pinned } from "../../lib/tools/setup/sbom.mjs";
import advisories from "./advisories.json";

const root = resolve(__dirname, "../..");
const read = (name: string) => readFileSync(join(root, name), "utf8");

interface Locked {
  /** What it is called in the registry, where it stands in for another. */
  readonly name?: string;
  readonly optional?: boolean;
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}
const lock = JSON.parse(read("package-lock.json")) as {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
};
const nodePackages = Object.entries(lock.packages)
  .filter(([path, { link }]) => path.includes("node_modules/") && !link)
  .map(([path, { name: alias, ...locked }]) => ({
    ...locked,
    alias,
    name: path.slice(path.lastIndexOf("node_modules/") + 13),
  }));

const pins = {
  "requirements.txt": "lib/tools/setup/requirements.in",
  "lib/tools/sweep/requirements.txt": "lib/tools/sweep/requirements.in",
};

// In place of lockfile-lint, which passes over each package without an address or a hash: this lock has no address (npm
// asks the one registry that it is set to), and a hash for each.
describe("package-lock.json", () => {
  test("names no address: no package can come from a place of its own", () => {
    expect(lock.lockfileVersion).toBe(3);
    const addresses = Object.entries(lock.packages).filter(
      ([, { resolved, link }]) => resolved !== undefined && !(link && /^lib(\/|$)/.test(resolved)),
    );
    expect(addresses).toEqual([]);
  });

  test("has the hash of every package, as the registry gives it", () => {
    expect(nodePackages.length).toBeGreaterThan(200);
    const unhashed = nodePackages.filter(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""));
    expect(unhashed).toEqual([]);
  });

  test("what we ask for ourselves is exact, and no package runs its own install script", () => {
    const asked = ["package.json", "lib/package.json"].map((file) => JSON.parse(read(file)) as Record<string, object>);
    for (const { dependencies, devDependencies, overrides } of asked)
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...overrides }))
        expect(`${name}@${version}`).toMatch(
          /@(\d+\.\d+\.\d+|npm:@e965\/xlsx@\d+\.\d+\.\d+|\$@tensorflow\/tfjs-node)$/,
        );
    expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
    expect(read(".npmrc")).toMatch(/^min-release-age=7$/m);
  });
});

describe.each(Object.entries(pins))("%s", (made, source) => {
  test("pins every package with the hashes of its files", () => {
    const lines = read(made).replaceAll("\\\n", " ").trim().split("\n");
    for (const line of lines.filter((line) => !line.startsWith("#")))
      expect(line).toMatch(/^[\w.-]+==[\w.]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+$/);
    expect(pinned(read(made)).length).toBeGreaterThan(40);
  });

  test("holds what is asked for: uv pip compile, as its first lines say, makes it anew", () => {
    const has = new Map(pinned(read(made)).map(({ name, version }) => [name, version]));
    const asked = pinned(read(source));
    expect(asked.length).toBeGreaterThan(1);
    for (const { name, version } of asked) expect([name, has.get(name)]).toEqual([name, version]);
    expect(read(made).split("\n")[1]).toBe(
      `#    uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate ${source} -o ${made}`,
    );
  });
});

/** Whether version `a` comes before `b`: numbers point by point. */
function before(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++)
    if ((left[i] ?? 0) !== (right[i] ?? 0)) return (left[i] ?? 0) < (right[i] ?? 0);
  return false;
}

interface Hole {
  readonly id: string;
  readonly from: string;
  readonly fixed: string;
}
const open = (table: Readonly<Record<string, readonly Hole[]>>, name: string, version: string) =>
  (table[name] ?? [])
    .filter(({ from, fixed }) => !before(version, from) && before(version, fixed))
    .map(({ id }) => `${name} ${version}: ${id}`);

/** What the table knows of these Node packages and of the Python packages that we pin. */
const holes = (node: readonly { readonly name: string; readonly version?: string }[]) => [
  ...node.flatMap(({ name, version }) => open(advisories.npm, name, version!)),
  ...Object.keys(pins).flatMap((made) =>
    pinned(read(made)).flatMap(({ name, version }) => open(advisories.pypi, name, version)),
  ),
];

describe("the table of advisories", () => {
  test("finds the holes of older locks", () => {
    expect(open(advisories.npm, "tar", "6.2.1")).toContain("tar 6.2.1: CVE-2026-59873");
    expect(open(advisories.npm, "form-data", "2.3.3")).toEqual(["form-data 2.3.3: CVE-2025-7783"]);
    expect(open(advisories.npm, "form-data", "4.0.4")).toEqual([]);
    expect(open(advisories.npm, "request", "2.88.2")).toHaveLength(1);
    expect(open(advisories.npm, "uuid", "3.4.0")).toEqual(["uuid 3.4.0: CVE-2026-41907"]);
    expect(open(advisories.pypi, "jinja2", "3.1.5")).toEqual(["jinja2 3.1.5: CVE-2025-27516"]);
  });

  test("has a date and knows of no hole in what the locks hold", () => {
    expect(advisories.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(holes(nodePackages), advisories.renew).toEqual([]);
  });

  test("one older package in a lock is named", () => {
    const older = nodePackages.map((entry) => (entry.name === "tar" ? { ...entry, version: "7.5.18" } : entry));
    expect(holes(older)).toEqual(["tar 7.5.18: CVE-2026-59873"]);
  });

  test("form-data 2, uuid 3 and the old request are gone", () => {
    const has = (name: string) => nodePackages.filter((entry) => entry.name === name).map(({ version }) => version);
    expect([has("request"), has("uuid"), has("tough-cookie"), has("qs")]).toEqual([[], [], [], []]);
    expect(has("form-data").every((version) => version!.startsWith("4."))).toBe(true);
  });
});

test("npm run sbom writes a CycloneDX bill of the Node packages, the Python packages and the engine", () => {
  const file = join(tmpdir(), "sbom.json");
  // A registry that nobody answers at: it takes no network.
  const out = execFileSync(process.execPath, [join(root, "lib/tools/setup/command.mjs"), "sbom", file], {
    encoding: "utf8",
    env: { ...process.env, npm_config_registry: "http://127.0.0.1:9/" },
  });
  const bill = JSON.parse(readFileSync(file, "utf8")) as {
    readonly bomFormat: string;
    readonly specVersion: string;
    readonly metadata: { readonly component: { readonly name: string } };
    readonly components: readonly {
      readonly purl: string;
      readonly hashes?: readonly object[];
      readonly externalReferences?: readonly { readonly hashes?: readonly object[] }[];
    }[];
  };
  expect(out).toBe(`${bill.components.length} components: ${file}\n`);
  expect([bill.bomFormat, bill.specVersion, bill.metadata.component.name]).toEqual([
    "CycloneDX",
    "1.5",
    "deepnets-lab",
  ]);
  const purls = bill.components.map(({ purl }) => purl);
  expect(new Set(purls).size).toBe(purls.length);
  // Each package of the lock that every platform has is in it, with its hash.
  const locked = nodePackages
    .filter(({ optional }) => !optional)
    .map(({ name, alias = name, version }) => `pkg:npm/${alias.replace("@", "%40")}@${version}`);
  expect(locked.length).toBeGreaterThan(200);
  expect(locked.filter((purl) => !purls.includes(purl))).toEqual([]);
  const unhashed = bill.components.filter(
    ({ hashes = [], externalReferences = [] }) => !hashes.length && !externalReferences.some((one) => one.hashes),
  );
  expect(unhashed.map(({ purl }) => purl)).toEqual(["pkg:npm/deepnets@1.0.0", "pkg:npm/request@2.88.999"]);
  for (const part of [
    "npm/tslab@1.0.22",
    "pypi/jupyterlab@4.6.6",
    "pypi/snakemake@9.27.1",
    "pypi/tensorflow-cpu@2.21.0",
  ])
    expect(purls).toContain(`pkg:${part}`);
});

describe("danfojs-node without the package request", () => {
  let server: Server;
  let address: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === "/moved.csv") return response.writeHead(302, { Location: "/table.csv" }).end();
      if (request.url === "/table.csv") return response.end("x,y\n1,2\n3,4\n");
      if (request.url === "/table.json") return response.end(JSON.stringify([{ x: 1 }, { x: 5 }]));
      response.writeHead(404, "Not here").end("nothing");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const danfo = () => import("danfojs-node");

  test("reads a table from an address, also a moved one", async () => {
    const { readCSV, readJSON } = await danfo();
    for (const name of ["table.csv", "moved.csv"]) {
      const table = (await readCSV(`${address}/${name}`)) as { values: unknown; columns: string[] };
      expect([table.columns, table.values]).toEqual([["x", "y"], [[1, 2], [3, 4]]]); // biome-ignore format: rows
    }
    const json = (await readJSON(`${address}/table.json`)) as { values: unknown };
    expect(json.values).toEqual([[1], [5]]);
  }, 60_000);

  test("refuses an answer that is none, and an address that does not answer", async () => {
    const { readCSV, streamJSON } = await danfo();
    await expect(readCSV(`${address}/none.csv`)).rejects.toThrow("HTTP 404: Not here");
    await expect(readCSV("http://127.0.0.1:9/table.csv")).rejects.toThrow(/^HTTP 0: /);
    const rows: unknown[] = [];
    await streamJSON(`${address}/table.json`, (row) => void rows.push(row.values), {});
    expect(rows).toEqual([[[1]], [[5]]]);
  }, 60_000);
});
