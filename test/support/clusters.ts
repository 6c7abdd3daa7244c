import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import type { ClusterDetails } from "../cluster/details.ts";
import { writeKubeconfig } from "../cluster/kubeconfig-file.ts";
import type { KubeconfigEntry } from "../cluster/kubeconfig-file.ts";
import type {} from "../cluster/vitest-global-setup.ts";

/** The clusters that run during the tests of the projects api and cli. */
export interface TestClusters {
  /** One kubeconfig with the contexts `earth` (current) and `vulcan`. Shared: do not write to it. */
  readonly kubeconfigPath: string;
  readonly earth: ClusterDetails;
  readonly vulcan: ClusterDetails;
  /** Makes a home for a program that must not see the user's. It goes with the clusters. */
  createHome(entries?: readonly KubeconfigEntry[]): Promise<TestHome>;
}

/** A home folder of its own, and an environment that leads nowhere else. */
export interface TestHome {
  readonly folder: string;
  /** A kubeconfig in that home, the test's own to change. */
  readonly kubeconfigPath: string;
  /** PATH, HOME and KUBECONFIG, and nothing of the user's. */
  readonly env: Readonly<Record<string, string>>;
}

/** The clusters of this test run. Throws outside of the projects that have them. */
export function testClusters(): TestClusters {
  const { kubeconfigPath, root, clusters } = inject("testClusters");
  const find = (name: string): ClusterDetails => {
    const found = clusters.find((cluster) => cluster.name === name);
    if (!found) throw new Error(`the test run has no cluster ${name}`);
    return found;
  };
  return {
    kubeconfigPath,
    earth: find("earth"),
    vulcan: find("vulcan"),
    createHome: (entries) => createHome({ root, kubeconfigPath }, entries),
  };
}

async function createHome(
  { root, kubeconfigPath: sharedPath }: { root: string; kubeconfigPath: string },
  entries: readonly KubeconfigEntry[] | undefined,
): Promise<TestHome> {
  await mkdir(join(root, "homes"), { recursive: true });
  const folder = await mkdtemp(join(root, "homes", "home-"));
  await mkdir(join(folder, ".kube"));
  const kubeconfigPath = join(folder, ".kube", "config");
  await (entries ? writeKubeconfig(kubeconfigPath, entries) : copyFile(sharedPath, kubeconfigPath));
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: folder, KUBECONFIG: kubeconfigPath };
  return { folder, kubeconfigPath, env };
}

/** A name that no other test uses: `<prefix>-` and eight hexadecimal digits. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}
