import { ExitCode, FedctlError } from "../../errors.ts";
import type { ApiResource } from "../../kube/kube-api.ts";
import { namesType } from "./names-type.ts";

/** An entry of `--include`: a type, or one object of it. */
export interface IncludeEntry {
  readonly text: string;
  readonly type: string;
  readonly name: string | undefined;
}

/** What of one type the user wants although clusters make their own. */
export interface Included {
  readonly all: boolean;
  readonly names: ReadonlySet<string>;
}

export const nothingIncluded: Included = { all: false, names: new Set() };

/** @throws FedctlError Usage for an entry that is neither TYPE nor TYPE/NAME */
export function parseInclude(texts: readonly string[]): readonly IncludeEntry[] {
  return texts.map((text) => {
    const [type = "", name, ...more] = text.trim().split("/");
    if (type === "" || name === "" || more.length > 0) {
      throw new FedctlError("Usage", `--include: "${text}" is neither TYPE nor TYPE/NAME`, {
        exitCode: ExitCode.Usage,
        hint: "as in: --include configmaps/kube-root-ca.crt",
      });
    }
    return { text, type, name };
  });
}

export function includedOf(resource: ApiResource, entries: readonly IncludeEntry[]): Included {
  const own = entries.filter(({ type }) => namesType(resource, type));
  if (own.length === 0) return nothingIncluded;
  return {
    all: own.some(({ name }) => name === undefined),
    names: new Set(own.flatMap(({ name }) => name ?? [])),
  };
}
