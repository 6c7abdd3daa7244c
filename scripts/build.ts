import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build, type Plugin, transform } from "esbuild";

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
 * ES modules, of which only what is used is taken: loaded in half the time of `yaml` for Node. That one also prints what it reads when
 * the environment has LOG_STREAM or LOG_TOKENS, for its own developers.
 */
const yamlAsModules = "./node_modules/yaml/browser/index.js";

/** Commander has this for commands that are programs of their own, which there are none of; with it come sockets and streams. */
const childProcessLater: Plugin = {
  name: "child process later",
  setup(plugins) {
    plugins.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /node_modules\/commander\//.test(importer) ? { path: "child_process", namespace: "later" } : undefined,
    );
    plugins.onLoad({ filter: /.*/, namespace: "later" }, () => ({
      contents: 'exports.spawn = (...args) => require("node:child_process").spawn(...args);',
    }));
  },
};

rmSync("dist", { recursive: true, force: true });
const result = await build({
  entryPoints: ["src/main.ts", "src/runtime.ts"],
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  write: false,
  bundle: true,
  splitting: true,
  minify: true,
  platform: "node",
  plugins: [childProcessLater],
  format: "esm",
  target: "node20",
  // The AWS SDK's CommonJS half cannot be taken apart: each command would load all of a client.
  mainFields: ["module", "main"],
  alias: { yaml: yamlAsModules },
  define: {
    __FEDCTL_VERSION__: JSON.stringify(manifest.version),
    // The AWS SDK announces on stderr which Node its next versions will need: at each call of kubectl.
    "process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": '"true"',
    __FEDCTL_COMMIT__: JSON.stringify(gitCommit()),
  },
  metafile: true,
  logLevel: "warning",
});

/**
 * esbuild takes apart ES modules only, and Node's loader of them takes 8 ms longer than that of CommonJS (decision 0095). So each
 * part is made CommonJS, which loads the others by require(), those that a command needs when the command does.
 */
async function asCommonJs(code: string): Promise<string> {
  const made = await transform(code, {
    format: "cjs",
    minify: true,
    platform: "node",
    target: "node20",
    supported: { "dynamic-import": false },
    // As ES modules always are.
    banner: '"use strict";',
    logLevel: "warning",
  });
  return made.code;
}

mkdirSync("dist");
for (const { path, text } of result.outputFiles) writeFileSync(path, await asCommonJs(text));

/** The program's own help, from what was just built. Standard output is no terminal here: the text is as wide as it is in a pipe. */
function printedHelp(): string {
  const run = 'require("./dist/main.cjs").main(["--help"], require("./dist/runtime.cjs").processDeps())';
  return execFileSync(process.execPath, ["-e", run], { encoding: "utf8" });
}

/** One file each, for one command line; what it would have to load besides, it leaves to the program. */
await build({
  entryPoints: ["src/quick-token.ts", "src/quick-help.ts"],
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  define: { __FEDCTL_VERSION__: JSON.stringify(manifest.version), __FEDCTL_HELP__: JSON.stringify(printedHelp()) },
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
