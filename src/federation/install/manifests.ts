import type { KubeObject } from "../../kube/objects.ts";
import { typeConfigFor } from "../enable/type-config.ts";
import { coreCrds } from "../kubefed-crds.ts";
import { defaultFederatedGroup } from "../kubefed-types.ts";
import { apiVersionOf } from "../step.ts";
import { controllerObjects } from "./controller-objects.ts";
import { defaultTypes, scales } from "./default-types.ts";
import type { InstallFacts } from "./facts.ts";
import { type InstallOptions, planInstall, stepsOf } from "./plan.ts";

/**
 * All that `install` would make in a cluster that has nothing of it and serves the types of Kubernetes, in the order in which it is
 * to be applied. Asks no cluster.
 */
export function installManifests(options: InstallOptions): readonly KubeObject[] {
  const steps = stepsOf(planInstall(factsOfNothing(options), options));
  return steps.map(({ type, object }) => ({ apiVersion: apiVersionOf(type), kind: type.kind, ...object }));
}

function factsOfNothing({ kubefedNamespace, scope, controller }: InstallOptions): InstallFacts {
  const cluster = "";
  const types = defaultTypes.map((resource) => {
    const wanted = typeConfigFor(resource, { namespace: kubefedNamespace });
    return { resource, wanted, retainReplicas: scales(resource), crd: undefined };
  });
  const setting = { kubefedNamespace, scope, federatedGroups: [defaultFederatedGroup] };
  return {
    cluster,
    kubefedNamespace,
    namespace: undefined,
    coreCrds: coreCrds().map((wanted) => ({ wanted, live: undefined })),
    config: undefined,
    otherConfigs: [],
    enable: { cluster, typeConfigs: [], types },
    unserved: [],
    controller:
      controller === undefined
        ? []
        : controllerObjects({ ...controller, ...setting }).map((wanted) => ({ ...wanted, live: undefined })),
  };
}
