import { hasCode } from "../../errors.ts";
import type { KubeApi, ObjectKey } from "../../kube/kube-api.ts";
import type { KubeObject } from "../../kube/objects.ts";

/** As often others may write finalizers of one object in between. */
const attempts = 10;

/**
 * Takes one finalizer off an object and leaves all others, also those that are added meanwhile.
 * An object without it, or one that is gone, is as it should be.
 */
export async function removeFinalizer(api: KubeApi, key: ObjectKey, finalizer: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const index = indexOf(await api.get(key), finalizer);
    if (index === -1) return;
    const path = `/metadata/finalizers/${index}`;
    try {
      await api.patch(key, {
        type: "json",
        body: [
          { op: "test", path, value: finalizer },
          { op: "remove", path },
        ],
      });
      return;
    } catch (error) {
      if (hasCode(error, "ServerNotFound")) return;
      // Somebody else's finalizer has gone, and this one has another place in the list.
      if (!hasCode(error, "ServerInvalid", "ServerConflict") || attempt === attempts) throw error;
    }
  }
}

function indexOf(object: KubeObject | undefined, finalizer: string): number {
  return object?.metadata?.finalizers?.indexOf(finalizer) ?? -1;
}
