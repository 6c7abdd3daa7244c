import type { ClusterDetails } from "../cluster/details.ts";
import { rawCreate } from "../cluster/raw-client.ts";

const pod = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "a", image: "a" }] } };
const selector = { matchLabels: { app: "a" } };

/** Ten types that `install` does not enable, with the path of each below its API group and what an object needs. */
const types: readonly { readonly name: string; readonly path: string; readonly body: object }[] = [
  { name: "limitranges", path: "/api/v1", body: { spec: { limits: [] } } },
  { name: "resourcequotas", path: "/api/v1", body: { spec: { hard: { pods: "9" } } } },
  { name: "networkpolicies", path: "/apis/networking.k8s.io/v1", body: { spec: { podSelector: {} } } },
  { name: "roles", path: "/apis/rbac.authorization.k8s.io/v1", body: { rules: [] } },
  {
    name: "rolebindings",
    path: "/apis/rbac.authorization.k8s.io/v1",
    body: { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "a" }, subjects: [] },
  },
  { name: "poddisruptionbudgets", path: "/apis/policy/v1", body: { spec: { maxUnavailable: 1, selector } } },
  {
    name: "horizontalpodautoscalers",
    path: "/apis/autoscaling/v2",
    body: { spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "a" } } },
  },
  {
    name: "statefulsets",
    path: "/apis/apps/v1",
    body: { spec: { replicas: 0, selector, serviceName: "a", template: pod } },
  },
  { name: "daemonsets", path: "/apis/apps/v1", body: { spec: { selector, template: pod } } },
  {
    name: "cronjobs",
    path: "/apis/batch/v1",
    body: {
      spec: {
        schedule: "0 0 1 1 *",
        suspend: true,
        jobTemplate: { spec: { template: { spec: { ...pod.spec, restartPolicy: "Never" } } } },
      },
    },
  },
];

/** As `disable` takes them. */
export const tenTypes: readonly string[] = types.map(({ name }) => name);

/** Makes a namespace with one object of each of ten types. */
export async function fillWithTenTypes(cluster: ClusterDetails, namespace: string): Promise<void> {
  await rawCreate(cluster, "/api/v1/namespaces", { metadata: { name: namespace } });
  await Promise.all(
    types.map(({ name, path, body }) =>
      rawCreate(cluster, `${path}/namespaces/${namespace}/${name}`, { metadata: { name: "a" }, ...body }),
    ),
  );
}
