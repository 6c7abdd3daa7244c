import { spawn } from "node:child_process";
import { ensureBinaries } from "../cluster/binaries.ts";

export interface KubectlOptions {
  readonly kubeconfigPath: string;
  readonly cwd: string;
  readonly stdin?: string;
}

/** Runs kubectl as it was built with the servers. @throws with what it said when it fails */
export async function runKubectl(
  args: readonly string[],
  { kubeconfigPath, cwd, stdin }: KubectlOptions,
): Promise<void> {
  const { kubectl } = await ensureBinaries({ extras: ["kubectl"] });
  if (kubectl === undefined) throw new Error("kubectl was neither found nor built");
  const env = { HOME: cwd, KUBECONFIG: kubeconfigPath };
  const child = spawn(kubectl, args, { cwd, env, stdio: ["pipe", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
}
