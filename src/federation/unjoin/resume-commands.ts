import { managedLabel } from "../kubefed-types.ts";
import { quoted } from "../suggest.ts";
import type { UnfinishedUnjoin } from "./options.ts";

/** What stands above the record of an unfinished unjoin: how to finish it, with fedctl or with kubectl alone. Pure. */
export function resumeComments(unfinished: UnfinishedUnjoin, path: string): readonly string[] {
  const { record, context, hostContext } = unfinished;
  const { clusterName, names, namespaceNote } = record;
  const kubectl = `kubectl --context ${quoted(context)}`;
  const remove = `${kubectl} delete --ignore-not-found`;
  const { manager, healthCheck } = names.rbac;
  const commands = [
    `${remove} clusterrolebinding,clusterrole ${manager} ${healthCheck}`,
    `${remove} -n ${names.namespace} rolebinding,role ${manager}`,
    `${remove} -n ${names.namespace} serviceaccount,secret ${names.serviceAccount}`,
    ...(namespaceNote === "existing" ? [] : emptyNamespace(kubectl, names.namespace)),
    ...workloadCommands(unfinished, kubectl),
  ];
  return [
    `Cluster "${clusterName}" was unjoined from "${hostContext}", but could not be cleared. When it can be reached, run:`,
    "",
    `  fedctl unjoin --resume ${quoted(path)}`,
    "",
    "or do the same with kubectl:",
    "",
    ...commands.map((line) => `  ${line}`),
    "",
  ];
}

function emptyNamespace(kubectl: string, namespace: string): readonly string[] {
  const types = `$(${kubectl} api-resources --namespaced --verbs=list -o name | paste -sd, -)`;
  return [
    `${kubectl} get -n ${namespace} ${types}  # only if that shows nothing of yours:`,
    `${kubectl} delete namespace ${namespace}`,
  ];
}

function workloadCommands({ workloads, record }: UnfinishedUnjoin, kubectl: string): readonly string[] {
  const types = `$(${kubectl} api-resources --verbs=list,delete -o name | paste -sd, -)`;
  const where = record.scope === "Namespaced" ? `-n ${record.names.namespace}` : "-A";
  const what =
    workloads === "delete" ? "to be deleted, as the federation placed it" : "placed by the federation, to be kept";
  return [`${kubectl} get ${where} -l ${managedLabel}=true ${types}  # ${what}`];
}
