import type { UnknownObject } from "../../kube/objects.ts";
import type { Warning } from "../report.ts";
import { suggestCommand } from "../suggest.ts";
import type { FederateFacts } from "./facts.ts";
import { isNamespace } from "./federated-object.ts";
import type { FederatedType } from "./federated-type.ts";
import type { FederateOptions } from "./options.ts";
import { annotationKeys } from "./template.ts";

/** What the user should know before it is done, in a fixed order. */
export function planWarnings(facts: FederateFacts, options: FederateOptions): Warning[] {
  const sources = [facts.subject, ...facts.contents];
  return [
    ...facts.warnings,
    ...sources.flatMap(annotationsWarning),
    ...(options.output === undefined ? propagationWarnings(facts, options) : []),
  ];
}

interface AnnotatedObjects {
  readonly type: Pick<FederatedType, "name" | "target">;
  readonly objects: readonly UnknownObject[];
}

const namedKeys = 10;

/** Keys, never values: kubectl keeps whole Secrets in an annotation (B-FD11). */
export function annotationsWarning({ type, objects }: AnnotatedObjects): Warning[] {
  const annotated = objects.filter((object) => annotationKeys(object).length > 0);
  const [first] = annotated;
  if (first === undefined) return [];
  const keys = [...new Set(annotated.flatMap(annotationKeys))].sort();
  const more = keys.length > namedKeys ? ` and ${keys.length - namedKeys} more` : "";
  const whose =
    annotated.length === 1 ? `${type.target.kind} "${qualifiedName(first)}"` : `${annotated.length} ${type.name}`;
  return [
    {
      code: "AnnotationsDropped",
      message: `a template holds no annotations; dropped those of ${whose}: ${keys.slice(0, namedKeys).join(", ")}${more}`,
    },
  ];
}

function qualifiedName(object: UnknownObject): string {
  const { name = "", namespace } = object.metadata ?? {};
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function propagationWarnings(facts: FederateFacts, options: FederateOptions): Warning[] {
  const stopped = [facts.subject, ...facts.contents]
    .filter(({ type }) => type.state === "enabled" && !type.propagates)
    .map(({ type }) => type.name);
  const disabled = stopped.map((name) => ({
    code: "PropagationDisabled",
    message: `propagation of ${name} is disabled in its FederatedTypeConfig: the objects stay in the host cluster`,
  }));
  return [...disabled, ...namespaceWarnings(facts, options)];
}

const neverPropagated = ["kube-system", "kube-public", "default"];

function namespaceWarnings({ subject, namespaceFederated }: FederateFacts, options: FederateOptions): Warning[] {
  const [object] = subject.objects;
  const { name, namespace } = object?.metadata ?? {};
  const scope = isNamespace(subject.type.target) ? name : namespace;
  if (scope === undefined) return [];
  if ([...neverPropagated, options.kubefedNamespace].includes(scope)) {
    return [
      {
        code: "SystemNamespace",
        message: `the KubeFed controllers never propagate namespace "${scope}" nor what is in it`,
      },
    ];
  }
  if (namespaceFederated) return [];
  return [
    {
      code: "NamespaceNotFederated",
      message: `namespace "${scope}" is not federated, so nothing in it propagates; run: ${suggestCommand(`federate namespace ${scope}`, options)}`,
    },
  ];
}
