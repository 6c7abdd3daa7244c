/** Versions that own writes made: an event of one is no news, even where it comes before the answer to the write. */
export interface OwnWrites {
  add(cluster: string, resourceVersion: string | undefined): void;
  has(cluster: string, resourceVersion: string): boolean;
}

/** More than can be under way. */
const remembered = 20_000;

/** Makes {@link OwnWrites}. */
export function createOwnWrites(): OwnWrites {
  const versions = new Set<string>();
  return {
    add(cluster, resourceVersion) {
      if (resourceVersion === undefined) return;
      versions.add(`${cluster} ${resourceVersion}`);
      const [oldest] = versions;
      if (versions.size > remembered && oldest !== undefined) versions.delete(oldest);
    },
    has: (cluster, resourceVersion) => versions.has(`${cluster} ${resourceVersion}`),
  };
}
