import { platform } from "node:os";
import { describe, expect, test } from "vitest";
import { kubeconfigPaths } from "../../../src/kubeconfig/paths.ts";

const cwd = "/work-folder";
const home = { HOME: "/home/jane" };

describe("which files are read (1.1)", () => {
  test.each([
    {
      name: "the flag wins and is never split",
      explicitPath: "a:b",
      env: { ...home, KUBECONFIG: "/c" },
      files: ["a:b"],
    },
    { name: "an empty flag is no flag", explicitPath: "", env: { ...home, KUBECONFIG: "/c" }, files: ["/c"] },
    { name: "KUBECONFIG is a list", env: { ...home, KUBECONFIG: "/a:/b" }, files: ["/a", "/b"] },
    { name: "empty elements are skipped", env: { ...home, KUBECONFIG: ":/a::/b:" }, files: ["/a", "/b"] },
    { name: "the same text twice counts once", env: { ...home, KUBECONFIG: "/a:/b:/a" }, files: ["/a", "/b"] },
    { name: "two spellings stay two files", env: { ...home, KUBECONFIG: "a:./a" }, files: ["a", "./a"] },
    { name: "a tilde is a name like any other", env: { ...home, KUBECONFIG: "~/c" }, files: ["~/c"] },
    { name: "only separators: set, but no files", env: { ...home, KUBECONFIG: "::" }, files: [] },
    { name: "empty KUBECONFIG is unset", env: { ...home, KUBECONFIG: "" }, files: ["/home/jane/.kube/config"] },
    { name: "home", env: home, files: ["/home/jane/.kube/config"] },
    { name: "no HOME: relative to the current folder", env: {}, files: [".kube/config"] },
  ])("$name", ({ explicitPath, env, files }) => {
    expect(platform()).not.toBe("win32");
    expect(kubeconfigPaths({ explicitPath, env, cwd }).files).toEqual(files);
  });
});
