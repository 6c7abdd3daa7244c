/** What a ReplicaSchedulingPreference wants of one cluster, or of all others (`*`). */
export interface ClusterPreference {
  readonly weight: number;
  readonly minReplicas: number;
  /** Undefined: no limit. */
  readonly maxReplicas: number | undefined;
}

export interface ReplicaPreference {
  readonly totalReplicas: number;
  /** Move replicas that run well where they are. */
  readonly rebalance: boolean;
  /** By name of the cluster, or `*`. */
  readonly clusters: Readonly<Record<string, ClusterPreference>>;
}

export interface ReplicaFacts {
  readonly preference: ReplicaPreference;
  /** Candidates. */
  readonly clusters: readonly string[];
  /** Replicas that run and are ready, of clusters that have the object. */
  readonly current: Readonly<Record<string, number>>;
  /** Of clusters whose pods find no place: how many replicas do. */
  readonly capacity: Readonly<Record<string, number>>;
  /** `namespace/name`: draws between clusters of one weight fall differently for each object. */
  readonly key: string;
}

interface Candidate extends ClusterPreference {
  readonly name: string;
  readonly hash: number;
}

/** How many replicas each cluster gets; clusters that want none have none. As KubeFed plans it. */
export function planReplicas(facts: ReplicaFacts): Readonly<Record<string, number>> {
  const { preference, clusters, current, key } = facts;
  const candidates = clusters.flatMap((name) => candidateOf(name, preference, key)).sort(byWeight);
  const state: State = {
    facts,
    planned: new Map([...Object.keys(current), ...clusters].map((name) => [name, 0])),
    preallocated: new Map(),
    overflow: new Map(),
    remaining: preference.totalReplicas,
  };
  giveMinimum(state, candidates);
  if (!preference.rebalance) keepRunning(state, candidates);
  distribute(state, candidates);
  for (const [name, extra] of state.overflow) {
    // Where nothing is moved, only what found no other place is planned beyond a cluster's capacity.
    const kept = preference.rebalance ? extra : Math.min(extra, state.remaining);
    add(state.planned, name, Math.max(0, kept));
  }
  return Object.fromEntries(state.planned);
}

interface State {
  readonly facts: ReplicaFacts;
  readonly planned: Map<string, number>;
  readonly preallocated: Map<string, number>;
  readonly overflow: Map<string, number>;
  remaining: number;
}

function candidateOf(name: string, { clusters }: ReplicaPreference, key: string): readonly Candidate[] {
  const wanted = Object.hasOwn(clusters, name) ? clusters[name] : clusters["*"];
  return wanted === undefined ? [] : [{ ...wanted, name, hash: fnv1(name + key) }];
}

/** The heavier first; a draw falls by the hash, so that it is not always the first by name that wins. */
function byWeight(one: Candidate, other: Candidate): number {
  return other.weight - one.weight || one.hash - other.hash;
}

/** FNV-1, 32 bits, as Go's hash/fnv has it. */
function fnv1(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0;
  return hash;
}

function add(map: Map<string, number>, name: string, count: number): void {
  map.set(name, (map.get(name) ?? 0) + count);
}

function capacityOf({ capacity }: ReplicaFacts, name: string): number {
  return capacity[name] ?? Number.POSITIVE_INFINITY;
}

function giveMinimum(state: State, candidates: readonly Candidate[]): void {
  for (const { name, minReplicas } of candidates) {
    const given = Math.min(minReplicas, state.remaining, capacityOf(state.facts, name));
    state.remaining -= given;
    state.planned.set(name, given);
  }
}

/** What runs beyond the minimum stays where it is, as far as it is allowed to. */
function keepRunning(state: State, candidates: readonly Candidate[]): void {
  for (const { name, maxReplicas = Number.POSITIVE_INFINITY } of candidates) {
    const planned = state.planned.get(name) ?? 0;
    const running = state.facts.current[name] ?? 0;
    if (running <= planned) continue;
    const target = Math.min(running, maxReplicas, capacityOf(state.facts, name));
    const extra = Math.max(0, Math.min(target - planned, state.remaining));
    state.remaining -= extra;
    state.preallocated.set(name, extra);
    state.planned.set(name, planned + extra);
  }
}

/** Gives out what is left by weight, until it is gone or nobody takes any more. */
function distribute(state: State, candidates: readonly Candidate[]): void {
  let open = candidates;
  for (let moved = true; moved && state.remaining > 0;) {
    const weights = open.reduce((sum, { weight }) => sum + weight, 0);
    if (weights === 0) return;
    const portion = state.remaining;
    moved = false;
    const next: Candidate[] = [];
    for (const candidate of open) {
      const share = Math.min(Math.ceil((portion * candidate.weight) / weights), state.remaining);
      const given = give(state, candidate, share);
      if (!given.isFull) next.push(candidate);
      moved ||= given.moved;
    }
    open = next;
  }
}

function give(
  state: State,
  { name, maxReplicas = Number.POSITIVE_INFINITY }: Candidate,
  share: number,
): { readonly isFull: boolean; readonly moved: boolean } {
  const start = state.planned.get(name) ?? 0;
  const used = Math.min(share, state.preallocated.get(name) ?? 0);
  add(state.preallocated, name, -used);
  const wanted = start + share - used;
  const allowed = Math.min(wanted, maxReplicas);
  const total = Math.min(allowed, capacityOf(state.facts, name));
  if (total < allowed) state.overflow.set(name, allowed - total);
  state.remaining -= total - start;
  state.planned.set(name, total);
  return { isFull: total < wanted, moved: used > 0 || total > start };
}
