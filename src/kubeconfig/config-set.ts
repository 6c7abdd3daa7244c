import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Body, EntryKind, KubeconfigDocument } from "./document.ts";
import { type EditOptions, editKubeconfigFiles } from "./edit.ts";
import { mergeConfigs } from "./merge.ts";
import { kubeconfigPaths } from "./paths.ts";
import type { KubeconfigSources, RawConfig } from "./types.ts";
import { FedctlError } from "../errors.ts";

/** All files of a kubeconfig, locked and read, each change going to the file that kubectl would write it to. */
export class ConfigSet {
  readonly #documents: readonly KubeconfigDocument[];
  readonly #destination: string | undefined;
  readonly #cwd: string;

  constructor(documents: readonly KubeconfigDocument[], destination: string | undefined, cwd: string) {
    this.#documents = documents;
    this.#destination = destination;
    this.#cwd = cwd;
  }

  /** Merged, as it is now. */
  config(): RawConfig {
    return mergeConfigs(this.#documents.map((document) => document.config()));
  }

  /** The winning definition; undefined when there is none. */
  entry(kind: EntryKind, name: string): Body | undefined {
    return this.#home(kind, name)?.entry(kind, name);
  }

  names(kind: EntryKind): readonly string[] {
    return [...new Set(this.#documents.flatMap((document) => document.names(kind)))];
  }

  /** An entry that exists stays in its file, a new one goes to the destination. Paths below its folder become relative. */
  setEntry(kind: EntryKind, name: string, body: Body): void {
    const document = this.#home(kind, name) ?? this.#newHome(body, name);
    document.setEntry(kind, name, relativePaths(kind, body, dirname(resolve(this.#cwd, document.file))));
  }

  /** The same, paths as they are. */
  putEntry(kind: EntryKind, name: string, body: Body): void {
    (this.#home(kind, name) ?? this.#newHome(body, name)).setEntry(kind, name, body);
  }

  /** Where an entry is defined, it loses it; a definition in a later file shows then. */
  removeEntry(kind: EntryKind, name: string): void {
    this.#home(kind, name)?.removeEntry(kind, name);
  }

  /** At its place in its file. */
  renameEntry(kind: EntryKind, from: string, to: string): void {
    this.#home(kind, from)?.renameEntry(kind, from, to);
  }

  /** Of every file, also what others shadow. */
  removeAll(kind: EntryKind): void {
    for (const document of this.#documents) if (document.names(kind).length > 0) document.setTop(kind, []);
  }

  get currentContext(): string {
    return this.#documents.map((document) => document.currentContext).find((name) => name !== "") ?? "";
  }

  /** Not where the context lives, but where a new entry would go; "" clears it in the first file that sets it. */
  setCurrentContext(name: string): void {
    if (name === this.currentContext) return;
    const setting = this.#documents.find((document) => document.currentContext !== "");
    const document = name === "" ? setting : this.#newHome(name, name);
    document?.setCurrentContext(name);
  }

  /** A key of the file itself, in the first file. */
  setTop(key: string, value: unknown): void {
    const document = this.#documents.find((each) => each.top(key) !== undefined) ?? this.#newHome(key, key);
    document.setTop(key, value);
  }

  top(key: string): unknown {
    return this.#documents.map((document) => document.top(key)).find((value) => value !== undefined);
  }

  #home(kind: EntryKind, name: string): KubeconfigDocument | undefined {
    return this.#documents.find((document) => document.entry(kind, name) !== undefined);
  }

  #newHome(entry: Body | string, name: string): KubeconfigDocument {
    const document = this.#documents.find(({ file }) => file === this.#destination);
    if (document !== undefined) return document;
    const server = typeof entry === "string" ? undefined : entry.get("server");
    throw new FedctlError(
      "KubeconfigMissing",
      `no location of origin for ${typeof server === "string" ? server : name}`,
      {
        hint: "KUBECONFIG names no file; unset it, or name a file with --kubeconfig",
      },
    );
  }
}

/** Where kubectl puts what is new, and what it names in its messages. */
export function destinationOf(sources: KubeconfigSources): string | undefined {
  const { files } = kubeconfigPaths(sources);
  return files.find((file) => existsSync(resolve(sources.cwd, file))) ?? files.at(-1);
}

/** Changes a kubeconfig as `kubectl config` does, but safely (decision 0070). */
export async function editConfigSet<T>(
  sources: KubeconfigSources,
  change: (set: ConfigSet) => T | Promise<T>,
  options: Omit<EditOptions, "cwd"> = {},
): Promise<T> {
  const destination = destinationOf(sources);
  const files = kubeconfigPaths(sources).files.filter(
    (file) => file === destination || existsSync(resolve(sources.cwd, file)),
  );
  const { cwd } = sources;
  const run = (dryRun: boolean | undefined): Promise<T> =>
    editKubeconfigFiles(files, (documents) => change(new ConfigSet(documents, destination, cwd)), {
      ...options,
      dryRun,
      cwd,
    });
  // A change that is refused leaves no folders behind, as locking would.
  if (destination !== undefined && !existsSync(dirname(resolve(cwd, destination)))) await run(true);
  return run(options.dryRun);
}

const pathKeys: Readonly<Record<EntryKind, readonly string[]>> = {
  clusters: ["certificate-authority"],
  users: ["client-certificate", "client-key", "tokenFile"],
  contexts: [],
};

function relativePaths(kind: EntryKind, body: Body, folder: string): Body {
  const fields = pathKeys[kind].flatMap((key): [string, string][] => {
    const path = body.get(key);
    return typeof path === "string" && path !== "" ? [[key, relativePath(path, folder)]] : [];
  });
  return new Map([...body, ...fields]);
}

/** Never with `..`: such a file is no part of the kubeconfig's folder. */
function relativePath(path: string, folder: string): string {
  const absolute = isAbsolute(path) ? path : join(folder, path);
  const below = relative(folder, absolute);
  return below.startsWith("..") || isAbsolute(below) ? absolute : below;
}
