import { FedctlError } from "../errors.ts";
import type { KubeApi, WatchEvent } from "../kube/kube-api.ts";
import type { CustomResourceDefinition } from "../kube/objects.ts";
import { isEstablished } from "./crd-ready.ts";
import type { Clock } from "./deps.ts";
import { nameOf } from "./describe.ts";
import { crdType } from "./kubefed-types.ts";

/** One watch that sees many CRDs become established. Whoever learns nothing from it has to look for himself. */
export interface CrdWatch {
  /** The CRD once it is established; undefined when that was not seen. */
  established(name: string): Promise<CustomResourceDefinition | undefined>;
  /** Ends the watch; resolves when it has ended. */
  close(): Promise<void>;
}

export interface CrdWatchOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A server that takes longer has trouble, of which those who look for themselves are told. */
const patienceMs = 10_000;

/**
 * Begins to watch CRDs: all that is written from now on..
 * @throws FedctlError Server*, Interrupted
 */
export async function watchCrds(api: KubeApi, { signal, clock }: CrdWatchOptions): Promise<CrdWatch> {
  const { resourceVersion } = await api.list(crdType, { pageSize: 1, firstPageOnly: true, signal });
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const seen = new Map<string, CustomResourceDefinition>();
  const waiting = new Map<string, (crd: CustomResourceDefinition | undefined) => void>();
  let isOpen = true;
  const follow = async (): Promise<void> => {
    try {
      for await (const event of api.watch<CustomResourceDefinition>(crdType, { resourceVersion, signal: ended })) {
        const crd = establishedBy(event);
        if (crd === undefined) continue;
        seen.set(nameOf(crd), crd);
        waiting.get(nameOf(crd))?.(crd);
      }
    } catch (error) {
      // A watch that breaks is no news: each CRD is looked for then.
      if (!(error instanceof FedctlError)) throw error;
    } finally {
      isOpen = false;
      for (const resolve of waiting.values()) resolve(undefined);
      stop.abort();
    }
  };
  const following = follow();
  void clock.sleep(patienceMs, ended).then(
    () => {
      stop.abort();
    },
    () => undefined,
  );
  return {
    established: (name) => {
      const crd = seen.get(name);
      if (crd !== undefined || !isOpen) return Promise.resolve(crd);
      return new Promise((resolve) => waiting.set(name, resolve));
    },
    async close() {
      stop.abort();
      await following;
    },
  };
}

function establishedBy(event: WatchEvent<CustomResourceDefinition>): CustomResourceDefinition | undefined {
  const isThere = event.type === "ADDED" || event.type === "MODIFIED";
  return isThere && isEstablished(event.object) ? event.object : undefined;
}
