import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Only these files may name `process`: the composition root, and programs that are run as such. */
const programs = [
  "src/runtime.ts",
  "test/support/**",
  "test/cluster/**",
  "test/bench/**",
  "test/demo/**",
  "scripts/**",
  "*.config.ts",
];

export default defineConfig(
  { ignores: ["dist/**", "test/fixtures/**", "coverage/**", "bin/**", "**/*.mjs"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
  {
    rules: {
      "no-console": "error",
      "no-restricted-globals": [
        "error",
        { name: "process", message: "Take it from Deps; only runtime.ts names process." },
      ],
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ["error", 10],
      "max-depth": ["error", 3],
      "max-params": ["error", 3],
      "no-nested-ternary": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
    },
  },
  { files: programs, rules: { "no-restricted-globals": "off", "no-console": "off" } },
  { files: ["*.config.ts"], rules: { "no-restricted-exports": "off" } },
  { files: ["test/**"], rules: { "max-lines-per-function": "off" } },
);
