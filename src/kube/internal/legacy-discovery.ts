import type { ApiResource } from "../kube-api.ts";

interface ResourceList {
  readonly groupVersion?: string;
  readonly resources?: readonly LegacyResource[];
}

interface LegacyResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly singularName?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
}

interface GroupList {
  readonly groups?: readonly {
    readonly preferredVersion?: { readonly groupVersion: string };
    readonly versions: readonly { readonly groupVersion: string }[];
  }[];
}

/** `["v1"]`, from the answer of /api. */
export function readCoreVersions(body: unknown): readonly string[] {
  const { versions = [] } = body as { readonly versions?: readonly string[] }; // An APIVersions object.
  return versions;
}

/** Group versions in the server's order, the preferred one of each group first, from the answer of /apis. */
export function readGroupVersions(body: unknown): readonly string[] {
  const { groups = [] } = body as GroupList; // An APIGroupList object.
  return groups.flatMap(({ preferredVersion, versions }) => {
    const all = versions.map(({ groupVersion }) => groupVersion);
    const preferred = preferredVersion?.groupVersion;
    return preferred === undefined ? all : [preferred, ...all.filter((each) => each !== preferred)];
  });
}

/** The resources of one group version; `pods/status` becomes a subresource of `pods`. */
export function readResourceList(groupVersion: string, body: unknown): readonly ApiResource[] {
  const { resources = [] } = body as ResourceList; // An APIResourceList object.
  const [version = "", group = ""] = groupVersion.split("/").reverse();
  const subresources = resources.map(({ name }) => name.split("/")).filter((parts) => parts.length > 1);
  return resources
    .filter(({ name }) => !name.includes("/"))
    .map((resource) => ({
      group,
      version,
      kind: resource.kind,
      plural: resource.name,
      namespaced: resource.namespaced,
      // Before 1.27 servers gave built-in types none.
      singular: resource.singularName || resource.kind.toLowerCase(),
      shortNames: resource.shortNames ?? [],
      verbs: resource.verbs ?? [],
      subresources: subresources.flatMap(([parent, ...rest]) => (parent === resource.name ? [rest.join("/")] : [])),
    }));
}
