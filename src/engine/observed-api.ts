import type { FedctlError } from "../errors.ts";
import type { KubeApi, ResourceType } from "../kube/kube-api.ts";
import type { KubeObject } from "../kube/objects.ts";

export type WriteVerb = "create" | "update" | "updateStatus" | "patch" | "delete";

export interface ApiObserver {
  /** Ends every request that brings no signal of its own. */
  readonly signal: AbortSignal;
  /** What a server has after a write. */
  readonly onWritten: (type: ResourceType, object: KubeObject) => void;
  /** After each write, whatever came of it. */
  readonly onWrite: (verb: WriteVerb, error: FedctlError | undefined) => void;
}

/** An API of which each write is told: caches take over what came of it, and metrics count it. */
export function observedApi(api: KubeApi, { signal, onWritten, onWrite }: ApiObserver): KubeApi {
  async function observe<T>(verb: WriteVerb, writing: Promise<T>): Promise<T> {
    try {
      const result = await writing;
      onWrite(verb, undefined);
      return result;
    } catch (error) {
      onWrite(verb, error as FedctlError); // The API throws nothing else.
      throw error;
    }
  }
  async function take<T extends KubeObject>(verb: WriteVerb, type: ResourceType, writing: Promise<T>): Promise<T> {
    const object = await observe(verb, writing);
    onWritten(type, object);
    return object;
  }
  const bounded = <T extends { readonly signal?: AbortSignal | undefined }>(options: T | undefined): T =>
    ({ ...options, signal: options?.signal ?? signal }) as T; // Every field of such options is optional.
  return {
    ...api,
    get: (key, options) => api.get(key, bounded(options)),
    list: (type, options) => api.list(type, bounded(options)),
    create: (type, object, options) => take("create", type, api.create(type, object, bounded(options))),
    update: (type, object, options) => take("update", type, api.update(type, object, bounded(options))),
    updateStatus: (type, object, options) =>
      take("updateStatus", type, api.updateStatus(type, object, bounded(options))),
    patch: <T extends KubeObject>(
      key: Parameters<KubeApi["patch"]>[0],
      patch: Parameters<KubeApi["patch"]>[1],
      options?: Parameters<KubeApi["patch"]>[2],
    ) => take("patch", key.type, api.patch<T>(key, patch, bounded(options))),
    delete: (key, options) => observe("delete", api.delete(key, bounded(options))),
  };
}
