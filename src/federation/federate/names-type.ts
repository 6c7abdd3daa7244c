import type { ApiResource } from "../../kube/kube-api.ts";

/** Whether a type answers to a name as `findResource` would take it: any form of it, alone or followed by its group. */
export function namesType({ plural, singular, kind, shortNames, group }: ApiResource, entry: string): boolean {
  const key = entry.toLowerCase();
  return [plural, singular, kind, ...shortNames].some((form) => {
    const name = form.toLowerCase();
    return key === name || (group !== "" && key === `${name}.${group}`);
  });
}
