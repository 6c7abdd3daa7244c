import type { Deployment, KubeObject } from "../../kube/objects.ts";
import type { ResourceType } from "../../kube/kube-api.ts";
import {
  clusterRoleBindingType,
  clusterRoleType,
  managedByFedctl,
  managedByLabel,
  roleBindingType,
  roleType,
  serviceAccountType,
} from "../kubefed-types.ts";
import { apiVersionOf } from "../step.ts";
import { controllerRules } from "./controller-rules.ts";
import type { ControlPlaneScope } from "./kubefed-config.ts";

/** How fedctl's controller is to run in the host cluster. */
export interface ControllerOptions {
  /** Made from the Dockerfile; where it is, is for the installation to say. */
  readonly image: string;
  /** One leads, the others stand by. */
  readonly replicas: number;
}

export interface ControllerSetting extends ControllerOptions {
  readonly kubefedNamespace: string;
  readonly scope: ControlPlaneScope;
  /** API groups of the federated types. */
  readonly federatedGroups: readonly string[];
}

export interface TypedObject<T extends KubeObject = KubeObject> {
  readonly type: ResourceType;
  readonly object: T;
}

export const controllerName = "fedctl-controller";
const [healthPort, metricsPort] = [8081, 8080];
// Nobody's: the image has no such user, and none is needed.
const userId = 65_532;

export const deploymentType: ResourceType = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
};
const budgetType: ResourceType = {
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  namespaced: true,
};

/** Types of all that the controller's installation may consist of. */
export const controllerTypes: readonly ResourceType[] = [
  serviceAccountType,
  clusterRoleType,
  clusterRoleBindingType,
  roleType,
  roleBindingType,
  deploymentType,
  budgetType,
];

/** The objects that run the controller, in the order in which they are needed. Pure. */
export function controllerObjects(setting: ControllerSetting): readonly TypedObject[] {
  const { kubefedNamespace, scope } = setting;
  const rules = controllerRules(setting.federatedGroups);
  const account = { kind: "ServiceAccount", name: controllerName, namespace: kubefedNamespace };
  const isWide = scope === "Cluster";
  const bind = (type: ResourceType, roleKind: string): TypedObject =>
    make(setting, type, {
      roleRef: { apiGroup: clusterRoleType.group, kind: roleKind, name: controllerName },
      subjects: [account],
    });
  return [
    make(setting, serviceAccountType, {}),
    ...(isWide
      ? [make(setting, clusterRoleType, { rules: rules.federated }), bind(clusterRoleBindingType, "ClusterRole")]
      : []),
    make(setting, roleType, { rules: isWide ? rules.plane : [...rules.federated, ...rules.plane] }),
    bind(roleBindingType, "Role"),
    make(setting, deploymentType, { spec: deploymentSpec(setting) }),
    make(setting, budgetType, { spec: { maxUnavailable: 1, selector: { matchLabels: selector } } }),
  ];
}

const selector = { "app.kubernetes.io/name": controllerName };

/** Of all that belongs to a controller that fedctl installed. */
export const controllerLabels = { ...selector, [managedByLabel]: managedByFedctl };

function make({ kubefedNamespace }: ControllerSetting, type: ResourceType, content: object): TypedObject {
  const metadata = {
    name: controllerName,
    ...(type.namespaced && { namespace: kubefedNamespace }),
    labels: { ...controllerLabels },
  };
  return { type, object: { apiVersion: apiVersionOf(type), kind: type.kind, metadata, ...content } };
}

type PodSpec = NonNullable<NonNullable<Deployment["spec"]>["template"]["spec"]>;

function deploymentSpec(setting: ControllerSetting): NonNullable<Deployment["spec"]> {
  return {
    replicas: setting.replicas,
    selector: { matchLabels: selector },
    // A new one stands by before an old one goes: the lock lets one of them act.
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    template: { metadata: { labels: { ...controllerLabels } }, spec: podSpec(setting) },
  };
}

function podSpec({ image, kubefedNamespace }: ControllerSetting): PodSpec {
  const probe = (path: string) => ({ httpGet: { path, port: "health" }, periodSeconds: 10, failureThreshold: 3 });
  return {
    serviceAccountName: controllerName,
    // Longer than the controller gives what is under way.
    terminationGracePeriodSeconds: 45,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: userId,
      runAsGroup: userId,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selector },
      },
    ],
    containers: [
      {
        name: "controller",
        image,
        args: [
          "controller",
          `--kubefed-namespace=${kubefedNamespace}`,
          `--health-address=0.0.0.0:${healthPort}`,
          `--metrics-address=0.0.0.0:${metricsPort}`,
        ],
        ports: [
          { name: "health", containerPort: healthPort },
          { name: "metrics", containerPort: metricsPort },
        ],
        livenessProbe: probe("/healthz"),
        readinessProbe: probe("/readyz"),
        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  };
}
