import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildFlags, ensureBinaries } from "../../cluster/binaries.ts";
import { outputName } from "../../cluster/go-build.ts";
import { createProgress } from "../../cluster/progress-line.ts";

const progress = createProgress({ write: () => undefined });
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fedctl-binaries-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function place(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await writeFile(join(folder, name), "");
    await chmod(join(folder, name), 0o755);
  }
}

/** Neither assets nor cache nor Go, but for what a test adds. */
function bareEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: folder, HOME: folder, ...more };
}

test("takes everything from KUBEBUILDER_ASSETS when it is there", async () => {
  await place("etcd", "kube-apiserver", "kube-controller-manager");
  expect(await ensureBinaries({ env: bareEnv({ KUBEBUILDER_ASSETS: folder }), progress })).toEqual({
    etcd: join(folder, "etcd"),
    kubeApiserver: join(folder, "kube-apiserver"),
    kubeControllerManager: join(folder, "kube-controller-manager"),
  });
});

test("says what KUBEBUILDER_ASSETS lacks", async () => {
  await place("etcd");
  await expect(ensureBinaries({ env: bareEnv({ KUBEBUILDER_ASSETS: folder }), progress })).rejects.toThrow(
    `KUBEBUILDER_ASSETS (${folder}) holds no executable kube-apiserver; ` +
      "name a folder with kube-apiserver, etcd and kube-controller-manager, or unset it to have them built with Go",
  );
});

test.each([
  ["without assets", [], {}],
  ["when assets lack the controller manager", ["etcd", "kube-apiserver"], { assets: true }],
] as const)(
  "names both ways out when there is no Go, %s",
  async (_case, files, { assets = false }: { assets?: boolean }) => {
    await place(...files);
    const env = bareEnv(assets ? { KUBEBUILDER_ASSETS: folder } : {});
    await expect(ensureBinaries({ env, progress })).rejects.toThrow(
      "the test clusters need Go, which is not on the PATH: install Go 1.24 or later " +
        "(the clusters' programs are then built once into your cache), " +
        "or set KUBEBUILDER_ASSETS to a folder that holds kube-apiserver, etcd and kube-controller-manager",
    );
    const left = await readdir(join(folder, ".cache", "fedctl", "test-cluster"), { recursive: true });
    expect(left.filter((name) => name.includes("."))).toEqual([]);
  },
);

test("stamps the servers with the version that go.mod pins", async () => {
  const goMod = await readFile(new URL("../../cluster/go.mod", import.meta.url), "utf8");
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(goMod)?.[1] ?? "";
  expect(buildFlags(goMod).at(-1)).toContain(`version.gitVersion=${version} `);
  expect(buildFlags("\tk8s.io/kubernetes v1.35.2 // indirect\n")).toEqual([
    "-mod=readonly",
    "-trimpath",
    "-ldflags",
    "-s -w -X k8s.io/component-base/version.gitVersion=v1.35.2 " +
      "-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=35",
  ]);
  expect(buildFlags("module kwok\n").at(-1)).toBe("-s -w");
});

test("knows what go build names a program", () => {
  expect(outputName("go.etcd.io/etcd/server/v3")).toBe("server");
  expect(outputName("k8s.io/kubernetes/cmd/kube-apiserver")).toBe("kube-apiserver");
});
