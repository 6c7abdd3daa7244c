import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { adminEntry } from "../cluster/kubeconfig-file.ts";
import type { ClusterPair } from "./cluster-pair.ts";
import { uniqueName } from "./clusters.ts";

/** Writes a kubeconfig with earth as it is and vulcan's cluster entry as given, and gives its path. */
export async function writeMemberKubeconfig(
  { earth, vulcan, root }: ClusterPair,
  cluster: Readonly<Record<string, unknown>>,
): Promise<string> {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const ofEarth = { server: earth.server, "certificate-authority-data": base64(earth.caPem) };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "earth", cluster: ofEarth },
      { name: "vulcan", cluster },
    ],
    users: [
      { name: "earth", user: adminEntry(earth).user },
      { name: "vulcan", user: { token: vulcan.adminToken } },
    ],
    contexts: ["earth", "vulcan"].map((name) => ({ name, context: { cluster: name, user: name } })),
  };
  const path = join(root, uniqueName("kubeconfig"));
  await writeFile(path, stringify(config, { lineWidth: 0 }), { mode: 0o600 });
  return path;
}
