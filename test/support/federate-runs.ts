import { federateObjects } from "../../src/federation/federate/federate.ts";
import type { FederateOptions, FederateResult } from "../../src/federation/federate/federate.ts";
import type { Connection, FederationDeps } from "../../src/federation/deps.ts";
import { defaultKubefedNamespace } from "../../src/federation/kubefed-types.ts";
import type { Warning } from "../../src/federation/report.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";
import { coreRun, describeChange } from "./core-run.ts";

/** Options that a test wants otherwise; `name` names the only object. */
export type SomeOptions = Partial<FederateOptions> & { readonly name?: string };

/** Options of `federate namespace`, but for what a test wants otherwise. */
export function federateOptions({ name, ...more }: SomeOptions): FederateOptions {
  return {
    kubefedNamespace: defaultKubefedNamespace,
    dryRun: false,
    type: "namespace",
    names: name === undefined ? [] : [name],
    allNamespaces: false,
    contents: false,
    enableType: false,
    skipApiResources: [],
    include: [],
    ignoreForbidden: false,
    onConflict: "fail",
    ...more,
  };
}

interface Told {
  /** `create ConfigMap a` */
  readonly changes: readonly string[];
  readonly warnings: readonly Warning[];
}

export async function federate(
  connection: Connection | FederationDeps["connect"],
  more: SomeOptions,
): Promise<Told & { readonly result: FederateResult }> {
  const run = coreRun(connection);
  const result = await federateObjects(federateOptions(more), run.deps);
  return { result, changes: run.changes.map(describeChange), warnings: run.warnings };
}

/** The failure of a run, and what the run had done before it. @throws when it did not fail */
export async function failToFederate(
  connection: Connection | FederationDeps["connect"],
  more: SomeOptions,
): Promise<Told & { readonly error: unknown }> {
  const run = coreRun(connection);
  const error: unknown = await federateObjects(federateOptions(more), run.deps).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new Error("it did not fail");
  return { error, changes: run.changes.map(describeChange), warnings: run.warnings };
}

export function configMap(namespace: string, name: string, more: Partial<UnknownObject> = {}): UnknownObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    data: { value: "1" },
    ...more,
    metadata: { ...more.metadata, name, namespace },
  };
}

/** So many names that sort as they are counted. */
export function countedNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `c${String(index).padStart(4, "0")}`);
}
