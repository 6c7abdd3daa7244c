import type { ApiResource, Discovery } from "../kube-api.ts";

/** Discovery in one answer: v2 (1.30 and later), v2beta1 (1.26 and later); before that the server answers as it always did. */
export const aggregatedAccept = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

interface GroupDiscoveryList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly VersionDiscovery[];
  }[];
}

interface VersionDiscovery {
  readonly version: string;
  readonly freshness?: string;
  readonly resources?: readonly ResourceDiscovery[];
}

interface ResourceDiscovery {
  readonly resource: string;
  readonly responseKind?: { readonly group?: string; readonly version?: string; readonly kind?: string };
  readonly scope?: string;
  readonly singularResource?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string }[];
}

/** Whether an answer is an APIGroupDiscoveryList rather than the older lists. */
export function isAggregated(contentType: string): boolean {
  return contentType.includes("as=APIGroupDiscoveryList");
}

/** Reads an APIGroupDiscoveryList. A version that the aggregator could not refresh is a failure, what it knows of it is kept. */
export function readAggregated(body: unknown): Discovery {
  const { items = [] } = body as GroupDiscoveryList; // Every field is looked at before use.
  const resources: ApiResource[] = [];
  const failures: { groupVersion: string; message: string }[] = [];
  for (const { metadata, versions = [] } of items) {
    const group = metadata?.name ?? "";
    for (const version of versions) {
      resources.push(...readVersion(group, version));
      if (version.freshness !== "Stale") continue;
      const groupVersion = group === "" ? version.version : `${group}/${version.version}`;
      failures.push({ groupVersion, message: `stale GroupVersion discovery: ${groupVersion}` });
    }
  }
  return { resources, failures };
}

function readVersion(group: string, { version, resources = [] }: VersionDiscovery): ApiResource[] {
  return resources.flatMap((resource) => {
    const kind = resource.responseKind?.kind ?? "";
    // A resource of subresources alone has no objects of its own.
    if (kind === "") return [];
    return [
      {
        group,
        version,
        kind,
        plural: resource.resource,
        namespaced: resource.scope === "Namespaced",
        singular: resource.singularResource || kind.toLowerCase(),
        shortNames: resource.shortNames ?? [],
        verbs: resource.verbs ?? [],
        subresources: (resource.subresources ?? []).map(({ subresource }) => subresource),
      },
    ];
  });
}
