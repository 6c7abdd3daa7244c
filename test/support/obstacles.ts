import type { KubeApi } from "../../src/kube/kube-api.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate, rawDelete, rawRequest } from "../cluster/raw-client.ts";

const admission = "/apis/admissionregistration.k8s.io/v1";

/** Has the API server refuse new FederatedConfigMaps of a name; resolves when it does. The function given back ends it. */
export async function refuseFederatedConfigMap(cluster: ClusterDetails, name: string): Promise<() => Promise<void>> {
  const rule = { apiGroups: ["types.kubefed.io"], resources: ["federatedconfigmaps"], operations: ["CREATE"] };
  const isRefused = async (): Promise<boolean> => (await tryToCreate(cluster, name)) === 422;
  return refuse(cluster, {
    rule,
    expression: `object.metadata.name != '${name}'`,
    message: `${name} is refused`,
    isRefused,
  });
}

/** Keeps the token controller from writing into secrets whose names begin with `mute`. The function given back ends it. */
export async function refuseTokens(cluster: ClusterDetails): Promise<() => Promise<void>> {
  const secrets = "/api/v1/namespaces/default/secrets";
  const probe = { method: "PATCH", path: `${secrets}/mute?dryRun=All`, body: { data: { token: "" } } } as const;
  await rawCreate(cluster, secrets, { metadata: { name: "mute" } });
  const rule = { apiGroups: [""], resources: ["secrets"], operations: ["UPDATE"] };
  const isRefused = async (): Promise<boolean> => (await rawRequest(cluster, probe)).status === 422;
  return refuse(cluster, { rule, expression: "!object.metadata.name.startsWith('mute')", message: "muted", isRefused });
}

interface Refusal {
  readonly rule: object;
  /** CEL: true for what is let through. */
  readonly expression: string;
  readonly message: string;
  readonly isRefused: () => Promise<boolean>;
}

async function refuse(
  cluster: ClusterDetails,
  { rule, expression, message, isRefused }: Refusal,
): Promise<() => Promise<void>> {
  const policy = `${admission}/validatingadmissionpolicies`;
  const binding = `${admission}/validatingadmissionpolicybindings`;
  await rawCreate(cluster, policy, {
    metadata: { name: "refuse" },
    spec: {
      matchConstraints: { resourceRules: [{ apiVersions: ["*"], ...rule }] },
      validations: [{ expression, message }],
    },
  });
  await rawCreate(cluster, binding, {
    metadata: { name: "refuse" },
    spec: { policyName: "refuse", validationActions: ["Deny"] },
  });
  await until(isRefused);
  return async () => {
    await rawDelete(cluster, `${binding}/refuse`);
    await rawDelete(cluster, `${policy}/refuse`);
    await until(async () => !(await isRefused()));
  };
}

async function tryToCreate(cluster: ClusterDetails, name: string): Promise<number> {
  const path = "/apis/types.kubefed.io/v1beta1/namespaces/default/federatedconfigmaps?dryRun=All";
  const object = {
    apiVersion: "types.kubefed.io/v1beta1",
    kind: "FederatedConfigMap",
    metadata: { name },
    spec: {},
  };
  return (await rawRequest(cluster, { method: "POST", path, body: object })).status;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds());) {
    if (Date.now() > end) throw new Error("the API server did not take the change in");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Lets the user `guest` read everything but these types. */
export async function letGuestRead(cluster: ClusterDetails, api: KubeApi, but: readonly string[]): Promise<void> {
  const { resources } = await api.discover({ fresh: true });
  const rules = resources
    .filter(({ plural }) => !but.includes(plural))
    .map(({ group, plural }) => ({ apiGroups: [group], resources: [plural], verbs: ["get", "list"] }));
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  await rawCreate(cluster, `${rbac}/clusterroles`, { metadata: { name: "guest" }, rules });
  await rawCreate(cluster, `${rbac}/clusterrolebindings`, {
    metadata: { name: "guest" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "guest" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "guest" }],
  });
  const headers = { authorization: `Bearer ${cluster.guestToken}` };
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?limit=1";
  await until(async () => (await rawRequest(cluster, { method: "GET", path, headers })).status === 200);
}

/** Registers an aggregated API that nobody serves; resolves when the server knows of it. The function given back ends it. */
export async function addDeadGroup(cluster: ClusterDetails, group: string): Promise<() => Promise<void>> {
  const all = "/apis/apiregistration.k8s.io/v1/apiservices";
  await rawCreate(cluster, all, {
    metadata: { name: `v1.${group}` },
    spec: {
      group,
      version: "v1",
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { namespace: "default", name: "nobody" },
    },
  });
  await until(async () => (await discovery(cluster)).includes(group));
  return () => rawDelete(cluster, `${all}/v1.${group}`);
}

async function discovery(cluster: ClusterDetails): Promise<string> {
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  return (await rawRequest(cluster, { method: "GET", path: "/apis", headers: { accept } })).text;
}
