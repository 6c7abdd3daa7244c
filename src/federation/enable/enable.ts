import { ExitCode, FedctlError } from "../../errors.ts";
import type { ApiResource, Discovery, KubeApi } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { FederationDeps, HostOptions } from "../deps.ts";
import { findResource } from "../resource-lookup.ts";
import { groupQualifiedName, plannedChange } from "../step.ts";
import { applyEnable } from "./apply.ts";
import { refuseConflicts } from "./conflicts.ts";
import { type EnableDirective, readDirectives } from "./directives.ts";
import { type ControlPlane, type EnableRequest, gatherEnableFacts, readControlPlane } from "./facts.ts";
import { crdOf, type EnablePlan, planEnable } from "./plan.ts";

export interface EnableOptions extends HostOptions {
  /** Plural, singular, kind, short name or group-qualified plural of each type. */
  readonly names: readonly string[];
  /** Instead of names: the documents of a file with EnableTypeDirectives, parsed but not yet checked. */
  readonly directives?: readonly unknown[] | undefined;
  /** API version of the types. Default: the one that the server prefers. */
  readonly version?: string | undefined;
  readonly federatedGroup?: string | undefined;
  readonly federatedVersion?: string | undefined;
  /** Only build the objects: nothing is written, and KubeFed need not be installed. */
  readonly output?: "yaml" | undefined;
}

export interface EnableResult {
  /** Context of the host cluster. */
  readonly cluster: string;
  /** Group-qualified plurals of the types, as they were resolved. */
  readonly types: readonly string[];
  /** For each type the FederatedTypeConfig, without a namespace, and the CRD. Only with `output`. */
  readonly objects?: readonly KubeObject[];
  /** What was, or would be, done. Without `output`. */
  readonly plan?: EnablePlan;
}

/**
 * Lets types of the host cluster be federated: each gets a federated CRD and a FederatedTypeConfig. Repeating it is safe.
 * @throws FedctlError before anything is written when one of the types cannot be enabled; PartlyFailed when some failed later
 */
export async function enableTypes(options: EnableOptions, deps: FederationDeps): Promise<EnableResult> {
  const directives = wantedTypes(options);
  directives.forEach(checkFederatedNames);
  const { api } = await deps.connect(options.hostClusterContext);
  if (options.output !== undefined) return buildObjects(api, directives);
  const [discovery, controlPlane] = await Promise.all([api.discover(), readControlPlane(api, options)]);
  const requests = resolveTypes(discovery, directives);
  const plan = planEnable(await gatherEnableFacts(api, requests, controlPlane));
  plan.warnings.forEach((warning) => {
    deps.report.warn(warning);
  });
  if (options.dryRun) reportPlan(plan, deps);
  else await applyEnable(plan, api, deps);
  return { cluster: api.context, types: plan.types.map(({ name }) => name), plan };
}

/**
 * Plans to enable types that another command needs. One that has a FederatedTypeConfig keeps its federated type, and gets
 * what is missing of it.
 * @throws FedctlError TypeConflict
 */
export async function planEnableTypes(
  api: KubeApi,
  resources: readonly ApiResource[],
  controlPlane: ControlPlane,
): Promise<EnablePlan> {
  const requests = resources.map((resource): EnableRequest => {
    const name = groupQualifiedName(resource);
    const live = controlPlane.typeConfigs.find(({ metadata }) => metadata?.name === name);
    const { group, version } = live?.spec.federatedType ?? {};
    return { resource, federatedGroup: group, federatedVersion: version };
  });
  return planEnable(await gatherEnableFacts(api, requests, controlPlane));
}

function wantedTypes(options: EnableOptions): readonly EnableDirective[] {
  const { names, directives, version, federatedGroup, federatedVersion } = options;
  if (directives === undefined) return names.map((name) => ({ name, version, federatedGroup, federatedVersion }));
  if ([version, federatedGroup, federatedVersion].every((flag) => flag === undefined))
    return readDirectives(directives);
  throw new FedctlError(
    "Usage",
    "versions and group are given either as flags or in the file of --filename, not both",
    {
      exitCode: ExitCode.Usage,
      hint: "leave out --version, --federated-group and --federated-version",
    },
  );
}

/** What the API server would refuse only after the first writes. */
function checkFederatedNames({ federatedGroup, federatedVersion }: EnableDirective): void {
  if (federatedGroup !== undefined && !isDottedGroup(federatedGroup)) {
    throw invalidName(`federated group "${federatedGroup}"`, "a DNS name with a dot in it, such as types.example.com");
  }
  if (federatedVersion !== undefined && !/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(federatedVersion)) {
    throw invalidName(`federated version "${federatedVersion}"`, "a DNS label, such as v1beta1");
  }
}

function isDottedGroup(group: string): boolean {
  return group.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/.test(group);
}

function invalidName(what: string, wanted: string): FedctlError {
  return new FedctlError("InvalidName", `${what} is not ${wanted}`, {
    exitCode: ExitCode.Usage,
    hint: "leave it out for KubeFed's own, types.kubefed.io/v1beta1",
  });
}

/** Looks the types up; one that was named twice counts once. */
function resolveTypes(discovery: Discovery, directives: readonly EnableDirective[]): readonly EnableRequest[] {
  const byName = new Map<string, EnableRequest>();
  for (const { name, version, ...federated } of directives) {
    const request = { resource: findResource(discovery, name, { version }), ...federated };
    const key = groupQualifiedName(request.resource);
    const earlier = byName.get(key);
    if (earlier !== undefined && !isSameRequest(earlier, request)) {
      throw new FedctlError("Usage", `type "${key}" is named twice, with different versions or groups`, {
        exitCode: ExitCode.Usage,
      });
    }
    byName.set(key, request);
  }
  return [...byName.values()];
}

function isSameRequest(one: EnableRequest, other: EnableRequest): boolean {
  return (
    one.resource.version === other.resource.version &&
    one.federatedGroup === other.federatedGroup &&
    one.federatedVersion === other.federatedVersion
  );
}

async function buildObjects(api: KubeApi, directives: readonly EnableDirective[]): Promise<EnableResult> {
  const facts = await gatherEnableFacts(api, resolveTypes(await api.discover(), directives));
  refuseConflicts(facts);
  return {
    cluster: api.context,
    types: facts.types.map(({ resource }) => groupQualifiedName(resource)),
    objects: facts.types.flatMap((type) => [type.wanted, crdOf(type)]),
  };
}

function reportPlan({ types }: EnablePlan, { report }: Pick<FederationDeps, "report">): void {
  types
    .flatMap(({ crd, typeConfig }) => [crd, typeConfig])
    .forEach((step) => {
      report.change(plannedChange(step));
    });
}
