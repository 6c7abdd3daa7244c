import type { ExecConfig } from "../types.ts";
import { userError } from "./client-errors.ts";
import type { Selection } from "./selection.ts";

const removed = "client.authentication.k8s.io/v1alpha1";
const supported = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

/** Refuses the exec API versions that client-go 1.24 and later refuse. @throws FedctlError KubeconfigInvalid with the repair */
export function requireExecVersion(exec: ExecConfig, selection: Selection): void {
  if (supported.includes(exec.apiVersion)) return;
  if (exec.apiVersion === removed) {
    throw userError("KubeconfigInvalid", selection, {
      message: `exec plugin: invalid apiVersion "${removed}"`,
      hint: `fedctl config repair (kubectl 1.24 and later refuse v1alpha1 too; exec.apiVersion of user "${selection.userName}" in ${selection.user.origin} becomes v1beta1, which "${exec.command}" must speak)`,
    });
  }
  const field = `exec.apiVersion of user "${selection.userName}" in ${selection.user.origin}`;
  throw userError("KubeconfigInvalid", selection, {
    message: `exec plugin: invalid apiVersion ${JSON.stringify(exec.apiVersion)}`,
    hint: `update "${exec.command}" to a release that speaks client.authentication.k8s.io/v1 (or v1beta1) and set ${field} to it`,
  });
}
