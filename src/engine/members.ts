import { FedctlError } from "../errors.ts";
import type { Clock } from "../federation/deps.ts";
import { nameOf } from "../federation/describe.ts";
import type { KubeFedCluster } from "../federation/kubefed-types.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { ClusterClients } from "./cluster-clients.ts";
import { isReady } from "./health-status.ts";
import { isHostCluster } from "./host-cluster.ts";
import type { MemberCluster } from "./world.ts";

/** The registered clusters, as a controller has them at hand. */
export interface Members {
  /** A registration came or changed. */
  set(cluster: KubeFedCluster): void;
  remove(name: string): void;
  /** By name. */
  readonly list: () => readonly MemberCluster[];
  /** Those that can be talked to. */
  readonly open: () => readonly OpenMember[];
  /** A cluster that is called ready is about to be talked to, for the first time; or it has just come up, and is about to be asked how it is. */
  readonly isSettling: () => boolean;
}

/** What became of a cluster. */
export type MemberChange =
  /** There is one more, or one less, or other labels: placements may select otherwise. */
  "placement" | "ready" | "unready";

export interface OpenMember {
  readonly name: string;
  readonly api: KubeApi;
  readonly watchApi: KubeApi;
}

export interface MembersOptions {
  readonly host: KubeApi;
  readonly clients: ClusterClients;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Stands between the engine and a cluster. */
  readonly observe: (name: string, api: KubeApi) => KubeApi;
  /** A cluster can be talked to, for the first time or with other settings: what is cached of it is of before. */
  readonly onOpen: (member: OpenMember) => void;
  readonly onClose: (name: string) => void;
  readonly onChange: (name: string, change: MemberChange) => void;
  readonly onError: (name: string, error: FedctlError) => void;
}

interface Entry {
  cluster: KubeFedCluster;
  readonly fingerprint: string;
  open: (OpenMember & { readonly isHost: boolean | undefined }) | undefined;
  isOpening: boolean;
  /** It could not be talked to when that was tried. */
  hasFailed: boolean;
  /** Since when it is registered so, as far as is known here. */
  readonly sinceMs: number;
}

/** A first look at a cluster takes no longer, where anybody looks. Without it, every object would be told that the cluster is not ready. */
const firstLookMs = 5_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** Makes {@link Members}. A cluster is talked to from when it is first ready. */
export function createMembers(options: MembersOptions): Members {
  const { onChange } = options;
  const entries = new Map<string, Entry>();

  function close(name: string): void {
    if (entries.get(name)?.open !== undefined) options.onClose(name);
    entries.delete(name);
  }

  /** Tries until it succeeds, or is another cluster's turn. */
  async function open(name: string, entry: Entry): Promise<void> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      const found = await tryOpen(name, entry.cluster, options);
      if (options.signal.aborted || entries.get(name) !== entry) return;
      if (found !== undefined) {
        entry.open = found;
        options.onOpen(found);
        if (isReadyCluster(entry.cluster)) onChange(name, "ready");
        return;
      }
      entry.hasFailed = true;
      await options.clock.sleep(pauseMs, options.signal).catch(() => undefined);
    }
  }

  function startOpening(name: string, entry: Entry): void {
    if (entry.open !== undefined || entry.isOpening || !isReadyCluster(entry.cluster)) return;
    entry.isOpening = true;
    void open(name, entry).finally(() => {
      entry.isOpening = false;
    });
  }

  function replace(name: string, cluster: KubeFedCluster, fingerprint: string): void {
    close(name);
    const entry = newEntry(cluster, fingerprint);
    entries.set(name, entry);
    onChange(name, "placement");
    startOpening(name, entry);
  }

  function change(name: string, entry: Entry, cluster: KubeFedCluster): void {
    const before = entry.cluster;
    entry.cluster = cluster;
    if (labelsOf(before) !== labelsOf(cluster)) onChange(name, "placement");
    startOpening(name, entry);
    if (isReadyCluster(before) === isReadyCluster(cluster)) return;
    if (!isReadyCluster(cluster)) onChange(name, "unready");
    else if (entry.open !== undefined) onChange(name, "ready");
  }

  return {
    set(cluster) {
      const name = nameOf(cluster);
      const fingerprint = JSON.stringify([cluster.metadata?.uid, cluster.spec]);
      const known = entries.get(name);
      if (known?.fingerprint === fingerprint) change(name, known, cluster);
      else replace(name, cluster, fingerprint);
    },
    remove(name) {
      if (!entries.has(name)) return;
      close(name);
      onChange(name, "placement");
    },
    ...lookups(entries),
  };
}

function newEntry(cluster: KubeFedCluster, fingerprint: string): Entry {
  const sinceMs = performance.now();
  return { cluster, fingerprint, open: undefined, isOpening: false, hasFailed: false, sinceMs };
}

function lookups(entries: ReadonlyMap<string, Entry>): Pick<Members, "isSettling" | "open" | "list"> {
  const all = (): readonly Entry[] => [...entries.values()];
  return {
    isSettling: () => all().some((entry) => isAboutToOpen(entry) || isAboutToBeAsked(entry)),
    open: () =>
      all()
        .map((entry) => entry.open)
        .filter((member) => member !== undefined),
    list: () =>
      all()
        .map(memberOf)
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

function isAboutToOpen({ isOpening, hasFailed, open }: Entry): boolean {
  return isOpening && !hasFailed && open === undefined;
}

function isAboutToBeAsked({ cluster, sinceMs }: Entry): boolean {
  return !wasAsked(cluster) && performance.now() - sinceMs < firstLookMs;
}

function wasAsked({ status }: KubeFedCluster): boolean {
  return (status?.conditions ?? []).length > 0;
}

async function tryOpen(
  name: string,
  cluster: KubeFedCluster,
  { host, clients, signal, observe, onError }: MembersOptions,
): Promise<Entry["open"]> {
  try {
    const client = await clients.clientFor(cluster);
    const isHost = await isHostCluster(host, client.api, signal);
    return { name, api: observe(name, client.api), watchApi: client.watchApi, isHost };
  } catch (error) {
    if (!(error instanceof FedctlError)) throw error;
    if (!signal.aborted) onError(name, error);
    return undefined;
  }
}

function isReadyCluster({ status }: KubeFedCluster): boolean {
  return status !== undefined && isReady(status);
}

function labelsOf({ metadata }: KubeFedCluster): string {
  return JSON.stringify(metadata?.labels ?? {});
}

/** Nobody has asked it yet, or it was found ready and is about to be talked to. */
function isPending(cluster: KubeFedCluster, isOpen: boolean): boolean {
  return !wasAsked(cluster) || (isReadyCluster(cluster) && !isOpen);
}

function memberOf({ cluster, open }: Entry): MemberCluster {
  const name = nameOf(cluster);
  const ready = isReadyCluster(cluster);
  return {
    name,
    labels: cluster.metadata?.labels ?? {},
    ready: ready && open !== undefined,
    ...(!(ready && open !== undefined) && { reason: reasonOf(cluster, ready) }),
    isPending: isPending(cluster, open !== undefined),
    isHost: open?.isHost,
    api() {
      if (open !== undefined) return open.api;
      throw new FedctlError("ServerUnreachable", `cluster "${name}" cannot be talked to: ${reasonOf(cluster, ready)}`);
    },
  };
}

/** In the words of its conditions. */
function reasonOf({ status }: KubeFedCluster, isReady: boolean): string {
  if (isReady) return "the connection to it is being set up";
  const conditions = status?.conditions ?? [];
  const telling = conditions.find(({ type, status: value }) =>
    type === "Ready" ? value !== "True" : value === "True",
  );
  return telling?.message ?? "nobody has asked it yet";
}
