import { createHash } from "node:crypto";
import { FedctlError, hasCode } from "../errors.ts";
import type { Clock } from "../federation/deps.ts";
import type { KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { KubeObject, UnknownObject } from "../kube/objects.ts";
import { timestamp } from "../propagation/status.ts";

/** What an Event says, and of which object. */
export interface EventFacts {
  readonly object: UnknownObject;
  readonly type: "Normal" | "Warning";
  /** PascalCase: `CreateInCluster`. */
  readonly reason: string;
  readonly message: string;
}

/** Writes Events beside the work, never in its way: one that cannot be written is lost. */
export interface EventRecorder {
  record(event: EventFacts): void;
  /** Resolves when all that were recorded are written or lost. */
  flush(): Promise<void>;
}

/** For who only looks. */
export const silentEvents: EventRecorder = { record: () => undefined, flush: () => Promise.resolve() };

export interface EventRecorderOptions {
  readonly clock: Pick<Clock, "now">;
  /** Normal ones cost a write for each object and cluster, which is as much as the propagation itself. */
  readonly writesNormal: boolean;
}

interface KubeEvent extends KubeObject {
  count?: number;
  [field: string]: unknown;
}

const eventType: ResourceType = { group: "", version: "v1", kind: "Event", plural: "events", namespaced: true };

/** The same event is not told again before so long. */
const repeatAfterMs = 300_000;
/** Beyond these, old ones are forgotten. */
const maxRemembered = 10_000;
/** Of the API server, for a whole event message. */
const longestMessage = 1_024;

/**
 * Records Events on the host. The name of one is made of what it says, so that a repeated one counts up wherever it is repeated: after
 * a restart, and by another replica.
 */
export function createEventRecorder(host: KubeApi, { clock, writesNormal }: EventRecorderOptions): EventRecorder {
  const toldAt = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  return {
    record(event) {
      if (event.type === "Normal" && !writesNormal) return;
      const name = eventName(event);
      const nowMs = clock.now();
      const earlier = toldAt.get(name);
      if (earlier !== undefined && nowMs - earlier < repeatAfterMs) return;
      remember(toldAt, name, nowMs);
      const write = writeEvent(host, eventOf(event, name, timestamp(nowMs))).finally(() => underWay.delete(write));
      underWay.add(write);
    },
    async flush() {
      await Promise.all(underWay);
    },
  };
}

function remember(toldAt: Map<string, number>, name: string, nowMs: number): void {
  toldAt.delete(name);
  toldAt.set(name, nowMs);
  const [oldest] = toldAt.keys();
  if (toldAt.size > maxRemembered && oldest !== undefined) toldAt.delete(oldest);
}

function eventName({ object, type, reason, message }: EventFacts): string {
  const { name = "", uid = "" } = object.metadata ?? {};
  const digest = createHash("sha256").update([uid, type, reason, message].join("\n")).digest("hex");
  return `${name.slice(0, 200).replace(/[^a-z0-9]+$/, "")}.${digest.slice(0, 16)}`;
}

/** Events of a cluster-scoped object live in `default`. */
function eventOf({ object, type, reason, message }: EventFacts, name: string, now: string): KubeEvent {
  const { name: objectName = "", namespace, uid, resourceVersion } = object.metadata ?? {};
  const { apiVersion, kind = "" } = object;
  return {
    metadata: { name, namespace: namespace ?? "default" },
    involvedObject: { apiVersion, kind, name: objectName, namespace, uid, resourceVersion },
    type,
    reason,
    message: message.slice(0, longestMessage),
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component: `${kind.toLowerCase()}-controller` },
  };
}

async function writeEvent(host: KubeApi, event: KubeEvent): Promise<void> {
  try {
    await host.create(eventType, event);
  } catch (error) {
    if (hasCode(error, "ServerAlreadyExists")) await countUp(host, event).catch(lose);
    else lose(error);
  }
}

async function countUp(host: KubeApi, { metadata, lastTimestamp }: KubeEvent): Promise<void> {
  const key = { type: eventType, namespace: metadata?.namespace, name: metadata?.name ?? "" };
  const live = await host.get<KubeEvent>(key);
  await host.patch(key, { type: "merge", body: { count: (live?.count ?? 0) + 1, lastTimestamp } });
}

/** An Event is no more than a courtesy. */
function lose(error: unknown): void {
  if (!(error instanceof FedctlError)) throw error;
}
