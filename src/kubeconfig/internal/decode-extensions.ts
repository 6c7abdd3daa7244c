import type { Fields } from "./go-decode.ts";
import { TextError } from "./text-error.ts";

/** The `extensions` list of any kubeconfig entry: name to its raw value (plain data, objects as Map). @throws TextError */
export function decodeExtensions(owner: Fields): ReadonlyMap<string, unknown> {
  const byName = new Map<string, unknown>();
  const list = owner.list("extensions", "v1.NamedExtension", (item) => {
    const extension = item.raw("extension");
    return { name: item.string("name"), extension };
  });
  for (const { name, extension } of list) {
    if (byName.has(name)) {
      throw new TextError(
        `error converting *[]NamedExtension into *map[string]runtime.Object: duplicate name "${name}" in list`,
      );
    }
    byName.set(name, extension);
  }
  return byName;
}
