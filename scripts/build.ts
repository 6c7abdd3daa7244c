import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";

/** Bundles what ships: one small entry for parsing and help, and a chunk for each thing that a command loads when it runs. */

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

function gitCommit(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    // A tarball has no git folder.
    return "unknown";
  }
}

/**
 * Importing node:process as a module reads each of its properties, and so opens standard input: 5 ms that nobody needs. The
 * global object is the same.
 */
const processAsItIs: Plugin = {
  name: "process",
  setup(plugins) {
    // CommonJS gets the object itself from require(), and takes any of its properties.
    plugins.onResolve({ filter: /^(node:)?process$/ }, ({ kind }) =>
      kind === "require-call" ? undefined : { path: "process", namespace: "process" },
    );
    plugins.onLoad({ filter: /.*/, namespace: "process" }, () => ({
      contents: "module.exports = globalThis.process;",
    }));
  },
};

rmSync("dist", { recursive: true, force: true });
const result = await build({
  entryPoints: ["src/main.ts", "src/runtime.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  minify: true,
  platform: "node",
  plugins: [processAsItIs],
  format: "esm",
  target: "node20",
  // The AWS SDK's CommonJS half cannot be taken apart: each command would load all of a client.
  mainFields: ["module", "main"],
  // `yaml` has an ESM build under the "browser" condition only; its CommonJS one needs `require` inside an ES module.
  // It is made where a module calls it: making one costs each chunk a part of a millisecond. Names that no minifier gives.
  banner: {
    js: 'import{createRequire as makeRequireHere}from"node:module";let requireHere;const require=(id)=>(requireHere??=makeRequireHere(import.meta.url))(id);',
  },
  define: {
    __FEDCTL_VERSION__: JSON.stringify(manifest.version),
    // The AWS SDK announces on stderr which Node its next versions will need: at each call of kubectl.
    "process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": '"true"',
    __FEDCTL_COMMIT__: JSON.stringify(gitCommit()),
  },
  metafile: true,
  logLevel: "warning",
});

/** One file of CommonJS, for one command; what it would have to load besides, it leaves to the others. */
await build({
  entryPoints: ["src/quick-token.ts"],
  outfile: "dist/quick-token.cjs",
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  plugins: [
    {
      name: "lazily loaded",
      setup(plugins) {
        plugins.onResolve({ filter: /.*/ }, ({ kind, path }) =>
          kind === "dynamic-import" ? { path, external: true } : undefined,
        );
      },
    },
  ],
  logLevel: "warning",
});

/** The bundled libraries' licences ask for their text to travel along. */
const bundled = new Set(
  Object.keys(result.metafile.inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
);
const notices = [...bundled].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Record<string, string>;
  const text = ["LICENSE", "license", "LICENSE.md", "LICENSE.txt"].flatMap((file) => {
    try {
      return [readFileSync(`${folder}/${file}`, "utf8")];
    } catch {
      return [];
    }
  })[0];
  return `${name} ${version ?? ""} (${license ?? ""})\n\n${text ?? ""}`;
});
writeFileSync("dist/THIRD_PARTY_LICENSES.txt", notices.join("\n\n----------------\n\n"));
