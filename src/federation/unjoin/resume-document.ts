import { ExitCode, FedctlError } from "../../errors.ts";
import { isRecord, type JsonRecord } from "../json-data.ts";
import { rbacPrefix } from "./join-names.ts";
import type { JoinRecord, UnfinishedUnjoin } from "./options.ts";

/** The record of an unfinished unjoin as a document of a file, and back. Pure. */

const apiVersion = "fedctl/v1";
const kind = "UnfinishedUnjoin";

export function resumeDocument({ record, context, hostContext, workloads }: UnfinishedUnjoin): JsonRecord {
  const { names, hostId, hostNamespaceUid, scope, apiEndpoint, isNoted, namespaceNote } = record;
  return {
    apiVersion,
    kind,
    cluster: { name: record.clusterName, context, ...(apiEndpoint !== undefined && { endpoint: apiEndpoint }) },
    host: {
      context: hostContext,
      ...(hostId !== undefined && { mark: hostId }),
      ...(hostNamespaceUid !== undefined && { namespaceUid: hostNamespaceUid }),
      scope,
    },
    join: { notedItsNames: isNoted, ...(namespaceNote !== undefined && { foundNamespace: namespaceNote }) },
    delete: {
      namespace: names.namespace,
      serviceAccount: names.serviceAccount,
      roles: names.rbac.manager,
      healthCheckRoles: names.rbac.healthCheck,
      workloads: workloads === "delete",
    },
  };
}

/** @throws FedctlError Usage for anything else than such a document */
export function parseResumeDocument(document: unknown, source: string): UnfinishedUnjoin {
  const read = reader(document, source);
  if (read("apiVersion") !== apiVersion || read("kind") !== kind) throw invalid(source, `no ${kind} of ${apiVersion}`);
  const readRole = (path: string): string => {
    const name = read(path);
    if (!name.startsWith(rbacPrefix)) throw invalid(source, `${path} is not of a join`);
    return name;
  };
  const scope = read("host.scope");
  const namespaceNote = read("join.foundNamespace", { optional: true });
  const record: JoinRecord = {
    clusterName: read("cluster.name"),
    names: {
      namespace: read("delete.namespace"),
      serviceAccount: read("delete.serviceAccount"),
      rbac: { manager: readRole("delete.roles"), healthCheck: readRole("delete.healthCheckRoles") },
    },
    hostId: read("host.mark", { optional: true }),
    hostNamespaceUid: read("host.namespaceUid", { optional: true }),
    scope: scope === "Namespaced" ? scope : "Cluster",
    apiEndpoint: read("cluster.endpoint", { optional: true }),
    isNoted: read("join.notedItsNames") === "true",
    namespaceNote: namespaceNote === "created" || namespaceNote === "existing" ? namespaceNote : undefined,
  };
  return {
    record,
    context: read("cluster.context"),
    hostContext: read("host.context"),
    workloads: read("delete.workloads") === "true" ? "delete" : "keep",
  };
}

interface Reader {
  (path: string): string;
  (path: string, options: { readonly optional: true }): string | undefined;
}

/** Reads strings and booleans, as text, by `a.b`. */
function reader(document: unknown, source: string): Reader {
  function read(path: string): string;
  function read(path: string, options: { readonly optional: true }): string | undefined;
  function read(path: string, options?: { readonly optional: true }): string | undefined {
    const value = path
      .split(".")
      .reduce<unknown>((parent, field) => (isRecord(parent) ? parent[field] : undefined), document);
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "boolean") return String(value);
    if (value === undefined && options?.optional === true) return undefined;
    throw invalid(source, `${path} is missing or no text`);
  }
  return read;
}

function invalid(source: string, why: string): FedctlError {
  return new FedctlError("Usage", `cannot resume from ${source}: ${why}`, {
    exitCode: ExitCode.Usage,
    hint: "give the file that an unjoin wrote, as it wrote it",
  });
}
