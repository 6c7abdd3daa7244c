import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadAll } from "js-yaml";
import { FedctlError } from "../../src/errors.ts";
import type { Connection } from "../../src/federation/deps.ts";
import { federateObjects } from "../../src/federation/federate/federate.ts";
import type { FederateOptions } from "../../src/federation/federate/federate.ts";
import {
  crdType,
  defaultFederatedGroup,
  defaultKubefedNamespace,
  typeConfigType,
} from "../../src/federation/kubefed-types.ts";
import type { KubeApi, ResourceType } from "../../src/kube/kube-api.ts";
import type { KubeObject, UnknownObject } from "../../src/kube/objects.ts";
import { coreRun } from "./core-run.ts";
import type { Recording } from "./recordings.ts";

type Snapshot = Readonly<Record<string, UnknownObject>>;

export interface Replay {
  /** For each call of the CLI: whether it succeeded, and the objects it printed. */
  readonly runs: readonly { readonly succeeded: boolean; readonly objects: readonly KubeObject[] }[];
  /** What there is at the end and was not there before the first call. */
  readonly state: Snapshot;
}

/** Does on one cluster, in which KubeFed is installed, what the recording did, through the core. */
export async function replayFederate(recording: Recording, host: Connection): Promise<Replay> {
  const runs: { succeeded: boolean; objects: readonly KubeObject[] }[] = [];
  let before: Snapshot | undefined;
  for (const [verb, ...rest] of recording.steps) {
    if (verb === "ctl") {
      before ??= await snapshot(host.api);
      runs.push(await runFederate(rest.slice(1), host));
    } else await prepare(verb ?? "", rest, host.api);
  }
  const after = await snapshot(host.api);
  const state = Object.fromEntries(Object.entries(after).filter(([key]) => before?.[key] === undefined));
  return { runs, state };
}

async function prepare(verb: string, rest: readonly string[], api: KubeApi): Promise<void> {
  switch (verb) {
    case "chart":
      return;
    case "kubectl":
      await createAll(api, [{ apiVersion: "v1", kind: "Namespace", metadata: { name: rest.at(-1) ?? "" } }]);
      return;
    case "apply":
      await createAll(api, loadAll(rest[0] ?? "") as UnknownObject[]); // manifests, whole and known
      return;
    case "sleep":
      await sleep(Number(rest[0]) * 1_000);
      return;
    default:
      throw new Error(`unknown step ${verb}`);
  }
}

/** Creates manifests: the first, which may be a namespace, before the others. */
export async function createAll(api: KubeApi, [first, ...others]: readonly UnknownObject[]): Promise<void> {
  const { resources } = await api.discover();
  const create = async (object: UnknownObject): Promise<void> => {
    const type = resources.find(
      ({ group, version, kind }) =>
        kind === object.kind && object.apiVersion === (group === "" ? version : `${group}/${version}`),
    );
    if (type === undefined) throw new Error(`no type ${object.kind ?? ""}`);
    await api.create(type, object);
  };
  if (first !== undefined) await create(first);
  await Promise.all(others.map(create));
}

async function runFederate(argv: readonly string[], host: Connection): Promise<Replay["runs"][number]> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      namespace: { type: "string", short: "n" },
      output: { type: "string", short: "o" },
      contents: { type: "boolean", short: "c" },
      "enable-type": { type: "boolean", short: "t" },
      "skip-api-resources": { type: "string", short: "s" },
      "host-cluster-context": { type: "string" },
    },
  });
  const [type, name] = positionals;
  // Arguments that are missing are the business of the command line, and tested there.
  if (type === undefined || name === undefined) return { succeeded: false, objects: [] };
  const options: FederateOptions = {
    hostClusterContext: values["host-cluster-context"],
    kubefedNamespace: defaultKubefedNamespace,
    dryRun: false,
    type,
    names: [name],
    allNamespaces: false,
    namespace: values.namespace,
    contents: values.contents ?? false,
    enableType: values["enable-type"] ?? false,
    skipApiResources: values["skip-api-resources"]?.split(",") ?? [],
    include: [],
    ignoreForbidden: false,
    onConflict: "fail",
    output: values.output === "yaml" ? "yaml" : undefined,
  };
  try {
    const { objects } = await federateObjects(options, coreRun(host).deps);
    return { succeeded: true, objects };
  } catch (error) {
    if (error instanceof FedctlError) return { succeeded: false, objects: [] };
    throw error;
  }
}

/** All federated objects, type configs and CRDs, keyed and reduced as in the recordings. */
async function snapshot(api: KubeApi): Promise<Snapshot> {
  const { resources } = await api.discover({ fresh: true });
  const federated = resources.filter(({ group }) => group === defaultFederatedGroup);
  const lists = await Promise.all(
    [...federated, typeConfigType, crdType].map(async (type) =>
      (await api.list(type)).items.map((object) => [keyOf(type, object), reduce(object)] as const),
    ),
  );
  return Object.fromEntries(lists.flat());
}

function keyOf({ group, version, plural }: ResourceType, { metadata }: KubeObject): string {
  return `${group}/${version}/${plural} ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}

/** Without what the server keeps; labels and annotations stay, since they would be a difference. */
function reduce({ metadata = {}, ...object }: UnknownObject): UnknownObject {
  const kept = ["name", "namespace", "labels", "annotations", "finalizers", "ownerReferences"];
  return {
    ...object,
    metadata: Object.fromEntries(Object.entries(metadata).filter(([field]) => kept.includes(field))),
  };
}
