import { hasCode } from "../errors.ts";
import { namespaceType } from "../federation/kubefed-types.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { Namespace } from "../kube/objects.ts";

/** Each cluster has it, and nobody removes it: by its UID clusters are told apart. */
const everywhere = "kube-system";

/** Whether a member is the cluster that hosts the control plane; undefined where that may not be asked. @throws FedctlError Server* */
export async function isHostCluster(host: KubeApi, member: KubeApi, signal: AbortSignal): Promise<boolean | undefined> {
  const [one, other] = await Promise.all([uidIn(host, signal), uidIn(member, signal)]);
  return one === undefined || other === undefined ? undefined : one === other;
}

async function uidIn(api: KubeApi, signal: AbortSignal): Promise<string | undefined> {
  try {
    const namespace = await api.get<Namespace>({ type: namespaceType, name: everywhere }, { signal });
    return namespace?.metadata?.uid;
  } catch (error) {
    if (hasCode(error, "ServerForbidden")) return undefined;
    throw error;
  }
}
