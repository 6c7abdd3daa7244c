import { type HostAddress, quoted, suggestCommand } from "../federation/suggest.ts";

export interface SelectOptions {
  /** Plural, kind or short name of a type, or of its federated type. Undefined: all types. */
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** A command for a hint that looks at the same objects: `fedctl sync configmaps settings -n demo`. */
export function suggestPass(
  verb: "sync" | "diff",
  { type, name, namespace, ...address }: SelectOptions & HostAddress,
): string {
  const words = [verb, type, name].filter((word) => word !== undefined).map(quoted);
  if (namespace !== undefined) words.push("-n", quoted(namespace));
  return suggestCommand(words.join(" "), address);
}
