import { ExitCode, FedctlError } from "../errors.ts";
import type { Clock } from "../federation/deps.ts";
import type { KubeApi } from "../kube/kube-api.ts";
import type { ControllerSettings } from "./controller-settings.ts";
import { type Claim, createClaim } from "./leader-election.ts";
import { annotatedLock, leaseLock } from "./leader-locks.ts";
import type { ShardBalance } from "./shard-balance.ts";
import type { ShardRange } from "./shard-key.ts";

/** KubeFed's controller holds it while it acts; so do ours, so that each sees the other. */
const kubefedLockName = "kubefed-controller-manager";
const ownLockName = "fedctl-controller";

export interface ClaimsOptions {
  readonly host: KubeApi;
  readonly kubefedNamespace: string;
  readonly settings: ControllerSettings;
  /** Of this process. */
  readonly identity: string;
  readonly clock: Clock;
  readonly balance: Pick<ShardBalance, "wish" | "heard">;
}

/** What has to be held to work on a shard: KubeFed's lock, together with all other shards, and the shard's own Lease. */
export function claimsFor(range: ShardRange, options: ClaimsOptions): readonly Claim[] {
  const { host: api, kubefedNamespace: namespace, settings, identity, clock, balance } = options;
  const { lease: times, resourceLock } = settings;
  const common = { times, clock };
  const kubefed = { api, namespace, name: kubefedLockName };
  const isWhole = range.count === 1;
  return [
    // Of a controller that was built with newer locks.
    createClaim({ ...common, lock: leaseLock(kubefed), identity: groupIdentity(range), readOnly: true }),
    // Who divides the work otherwise would work on the same objects.
    createClaim({
      ...common,
      lock: annotatedLock(resourceLock, kubefed),
      identity: groupIdentity(range),
      isShared: !isWhole,
    }),
    createClaim({
      ...common,
      lock: leaseLock({ api, namespace, name: leaseName(range) }),
      identity,
      wish: balance.wish,
      onWish: (wish) => {
        balance.heard(range.index, wish);
      },
    }),
  ];
}

function leaseName({ index, count }: ShardRange): string {
  return count === 1 ? ownLockName : `${ownLockName}-${index}-of-${count}`;
}

function groupIdentity({ count }: ShardRange): string {
  return `${ownLockName}/${count}`;
}

export interface OtherControllerOptions {
  readonly host: KubeApi;
  readonly kubefedNamespace: string;
}

/** For a controller that stands for nothing itself. @throws FedctlError ObjectConflict when a lock looks as if somebody acted */
export async function refuseOtherController(
  { host: api, kubefedNamespace: namespace }: OtherControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  const place = { api, namespace, name: kubefedLockName };
  for (const lock of [
    annotatedLock("configmaps", place),
    leaseLock(place),
    leaseLock({ ...place, name: ownLockName }),
  ]) {
    const record = await lock.read(signal);
    if (record === undefined || record.holder === "") continue;
    const ageMs = Date.now() - Date.parse(record.renewedAt);
    if (!(ageMs < 2 * record.leaseSeconds * 1_000)) continue;
    throw new FedctlError(
      "ObjectConflict",
      `"${record.holder}" acts on this control plane: it holds the ${lock.label}`,
      {
        exitCode: ExitCode.Conflict,
        hint: "stop it first, or leave --no-leader-elect out to wait for its end",
      },
    );
  }
}
