import type { KubeApi } from "../../src/kube/kube-api.ts";
import type { UnknownObject } from "../../src/kube/objects.ts";

/** Creates manifests: the first, which may be a namespace, before the others. */
export async function createAll(api: KubeApi, [first, ...others]: readonly UnknownObject[]): Promise<void> {
  const { resources } = await api.discover();
  const create = async (object: UnknownObject): Promise<void> => {
    const type = resources.find(
      ({ group, version, kind }) =>
        kind === object.kind && object.apiVersion === (group === "" ? version : `${group}/${version}`),
    );
    if (type === undefined) throw new Error(`no type ${object.kind ?? ""}`);
    await api.create(type, object);
  };
  if (first !== undefined) await create(first);
  await Promise.all(others.map(create));
}
