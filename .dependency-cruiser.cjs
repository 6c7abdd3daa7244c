/** Which room may import what (docs/development.md). `import type` is free where a rule says dependencyTypesNot type-only. */
const typeOnlyIsFree = { dependencyTypesNot: ["type-only"] };

/** A rule that keeps a library inside one room. */
function onlyIn(name, room, packages, comment) {
  return {
    name,
    severity: "error",
    comment,
    from: { path: "^src/", pathNot: room },
    to: { path: `node_modules/(${packages})/`, ...typeOnlyIsFree },
  };
}

/** A rule for what a room may import of src/ at run time. */
function roomMayImport(room, allowed, comment) {
  return {
    name: `${room}-imports`,
    severity: "error",
    comment,
    from: { path: `^src/${room}/` },
    to: { path: "^src/", pathNot: [`^src/${room}/`, ...allowed], ...typeOnlyIsFree },
  };
}

/** Files directly in the room: what KubeFed is made of, and small tools. The verbs live in folders. */
const federationLeaves = "^src/federation/[^/]+\\.ts$";

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      comment: "Split the shared part out.",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "errors-import-nothing",
      severity: "error",
      comment: "Everything imports errors.ts.",
      from: { path: "^src/errors\\.ts$" },
      to: {},
    },
    roomMayImport(
      "federation",
      ["^src/errors\\.ts$"],
      "The core takes its API and its reports as parameters; use `import type`.",
    ),
    roomMayImport(
      "propagation",
      ["^src/errors\\.ts$", federationLeaves],
      "Pure functions over objects; of the core only its leaf modules.",
    ),
    roomMayImport(
      "engine",
      ["^src/(errors|exact-json)\\.ts$", "^src/propagation/", federationLeaves],
      "The engine takes its APIs as parameters, and of the core only its leaf modules, no verb.",
    ),
    roomMayImport(
      "kube",
      ["^src/(errors|exact-json)\\.ts$"],
      "Take the ClientConfig and the Authenticator as parameters.",
    ),
    roomMayImport("eks", ["^src/errors\\.ts$"], "Take what is needed as parameters."),
    roomMayImport("kubeconfig", ["^src/errors\\.ts$", "^src/yaml/"], "This room knows files and text only."),
    roomMayImport("yaml", ["^src/errors\\.ts$"], "This room knows text only."),
    roomMayImport("output", ["^src/errors\\.ts$"], "Rendering is a function of result values; use `import type`."),
    roomMayImport(
      "commands",
      ["^src/errors\\.ts$", "^src/(federation|propagation|engine|kubeconfig|eks|output|yaml)/"],
      "Commands reach API servers through Deps.connect.",
    ),
    {
      name: "federation-types-from",
      severity: "error",
      comment: "The core knows kube and kubeconfig by their types alone.",
      from: { path: "^src/federation/" },
      to: { path: "^src/(commands|output|eks|propagation|engine|main|runtime)" },
    },
    {
      name: "runtime-only-from-bin",
      severity: "error",
      comment: "Take what you need from Deps.",
      from: { path: "^src/", pathNot: "^src/runtime\\.ts$" },
      to: { path: "^src/runtime\\.ts$" },
    },
    {
      name: "internal-stays-internal",
      severity: "error",
      comment: "Use the room's door, a file directly in it.",
      from: { path: "^src/([^/]+)/" },
      to: { path: "^src/[^/]+/internal/", pathNot: "^src/$1/internal/" },
    },
    {
      name: "internal-not-from-root",
      severity: "error",
      comment: "Use the room's door.",
      from: { path: "^src/[^/]+\\.ts$" },
      to: { path: "^src/[^/]+/internal/" },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      comment: "Production code never needs test code.",
      from: { path: "^(src|bin)/" },
      to: { path: "^test/" },
    },
    onlyIn("commander-in-commands", "^src/commands/", "commander", "Flags are parsed in src/commands."),
    onlyIn("chalk-in-output", "^src/output/", "chalk", "Colour belongs to src/output."),
    onlyIn("js-yaml-in-output", "^src/output/", "js-yaml", "Manifests are written in src/output."),
    onlyIn("yaml-in-yaml", "^src/yaml/", "yaml", "YAML is read as Go reads it, in src/yaml."),
    onlyIn("aws-in-eks", "^src/eks/", "@aws-sdk", "AWS is reached through src/eks."),
    {
      name: "client-node-types-only",
      severity: "error",
      comment: "Only its types, only in src/kube (decision 0003).",
      from: { path: "^src/" },
      to: { path: "node_modules/@kubernetes/client-node", ...typeOnlyIsFree },
    },
    {
      name: "client-node-in-kube",
      severity: "error",
      comment: "Import the wire types of src/kube/objects.ts.",
      from: { path: "^src/", pathNot: "^src/kube/" },
      to: { path: "node_modules/@kubernetes/client-node" },
    },
    {
      name: "no-barrels",
      severity: "error",
      comment: "Barrels defeat lazy loading.",
      from: { path: "^src/" },
      to: { path: "^src/.*/index\\.ts$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^test/fixtures" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
