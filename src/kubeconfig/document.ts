import { FedctlError } from "../errors.ts";
import { editYaml } from "../yaml/edit-yaml.ts";
import { YamlError } from "../yaml/yaml-documents.ts";
import { TextError } from "./internal/text-error.ts";
import { parseKubeconfig, parseUntyped } from "./parse.ts";
import type { RawConfig } from "./types.ts";

/** The three lists of named entries. */
export type EntryKind = "clusters" | "users" | "contexts";

/** An entry's body, or any object in a kubeconfig, as data: keys as they stand in the file. */
export type Body = ReadonlyMap<string, unknown>;

/** Whose habits in writing, and whose strictness in reading. aws does not look into entries. */
export type Tool = "kubectl" | "aws";

const bodyKeys = { clusters: "cluster", users: "user", contexts: "context" } as const;

/**
 * One kubeconfig file's text, to be read and changed as data. Whatever is not changed stays byte for byte: comments, order,
 * unknown keys, quoting, line ends. Values are null, boolean, number, bigint, string, array or Map.
 */
export class KubeconfigDocument {
  /** As it is named in messages. */
  readonly file: string;
  readonly #original: string;
  readonly #tool: Tool;
  /** Also of `{}`, which aws adds nothing to. */
  readonly #isMap: boolean;
  /** The text that `#data` changes. */
  #base: string;
  #data: Body;
  /** As `#data` was last written. */
  #text: string | undefined;

  /** @throws FedctlError KubeconfigUnreadable, in client-go's words, when the text is no kubeconfig (for aws: not even YAML) */
  constructor(text: string, file: string, tool: Tool = "kubectl") {
    this.file = file;
    this.#original = text;
    this.#base = text;
    this.#tool = tool;
    if (tool === "kubectl") readConfig(text, file);
    const data = told(file, () => parseUntyped(text));
    this.#isMap = isBody(data);
    this.#data = isBody(data) ? data : new Map();
  }

  /** Why kubectl cannot read the text as it is now; undefined when it can. */
  flaw(): string | undefined {
    try {
      readConfig(this.text(), this.file);
      return undefined;
    } catch (error) {
      if (error instanceof FedctlError) return error.message;
      throw error;
    }
  }

  /** Typed, as client-go reads it; of the text as it is now. */
  config(): RawConfig {
    return readConfig(this.text(), this.file);
  }

  names(kind: EntryKind): readonly string[] {
    return this.#items(kind).map(nameOf);
  }

  /** The body of the first entry of that name; undefined when there is none. */
  entry(kind: EntryKind, name: string): Body | undefined {
    const item = this.#items(kind).find((each) => nameOf(each) === name);
    if (item === undefined) return undefined;
    const body = item.get(bodyKeys[kind]);
    return isBody(body) ? body : new Map();
  }

  /** Replaces the body of the entry, or appends an entry. */
  setEntry(kind: EntryKind, name: string, body: Body): void {
    const items = this.#items(kind);
    const at = items.findIndex((each) => nameOf(each) === name);
    const key = bodyKeys[kind];
    if (at === -1) {
      this.#setItems(kind, [
        ...items,
        sorted(
          new Map<string, unknown>([
            [key, body],
            ["name", name],
          ]),
        ),
      ]);
      return;
    }
    const replaced = items.map((item, index) => (index === at ? new Map([...item, [key, body]]) : item));
    this.#setItems(kind, replaced);
  }

  /** Sets these fields of the entry and leaves its other ones; an undefined one is removed. Appends the entry if need be. */
  mergeEntry(kind: EntryKind, name: string, fields: Readonly<Record<string, unknown>>): void {
    const body = new Map(this.entry(kind, name));
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined) body.delete(key);
      else body.set(key, value);
    }
    this.setEntry(kind, name, body);
  }

  /** Gives the entry another name, at its place. */
  renameEntry(kind: EntryKind, from: string, to: string): void {
    const items = this.#items(kind);
    const at = items.findIndex((each) => nameOf(each) === from);
    // By itself, so that nothing else in the list hides which entry it was.
    this.#base = this.text();
    this.#setItems(
      kind,
      items.map((item, index) => (index === at ? new Map([...item, ["name", to]]) : item)),
    );
    this.#base = this.text();
  }

  /** False when there was none. */
  removeEntry(kind: EntryKind, name: string): boolean {
    const items = this.#items(kind);
    const at = items.findIndex((each) => nameOf(each) === name);
    if (at === -1) return false;
    this.#setItems(
      kind,
      items.filter((_, index) => index !== at),
    );
    return true;
  }

  get currentContext(): string {
    const value = this.#data.get("current-context");
    return typeof value === "string" ? value : "";
  }

  setCurrentContext(name: string): void {
    this.setTop("current-context", name);
  }

  /** A key of the file itself: `preferences`, `extensions`. */
  top(key: string): unknown {
    return this.#data.get(key);
  }

  /** Undefined removes the key. */
  setTop(key: string, value: unknown): void {
    const data = new Map(this.#start());
    if (value === undefined) data.delete(key);
    else data.set(key, value);
    this.#data = data;
    this.#text = undefined;
  }

  /** The text with all changes. @throws FedctlError KubeconfigNotWritten when it cannot hold them without harm to the rest */
  text(): string {
    this.#text ??= this.#write();
    return this.#text;
  }

  #write(): string {
    let text: string;
    try {
      text = this.#data.size === 0 ? this.#base : editYaml(this.#base, this.#data, this.#tool);
    } catch (cause) {
      if (!(cause instanceof YamlError)) throw cause;
      throw new FedctlError("KubeconfigNotWritten", `cannot change kubeconfig file "${this.file}": ${cause.message}`, {
        hint: `make this change in ${this.file} by hand, or write its anchors and aliases out`,
        cause,
      });
    }
    // Never hand out what we could not read again.
    if (text !== this.#original && this.#tool === "kubectl") readConfig(text, this.file);
    return text;
  }

  get isChanged(): boolean {
    return this.text() !== this.#original;
  }

  #items(kind: EntryKind): readonly Body[] {
    const list = this.#data.get(kind);
    return Array.isArray(list) ? list.map((item: unknown) => (isBody(item) ? item : new Map())) : [];
  }

  #setItems(kind: EntryKind, items: readonly Body[]): void {
    this.setTop(kind, items);
  }

  /** A file without content gets all the keys that kubectl writes. */
  #start(): Body {
    return this.#data.size > 0 || (this.#isMap && this.#tool === "aws") ? this.#data : skeleton;
  }
}

const skeleton: Body = new Map<string, unknown>([
  ["apiVersion", "v1"],
  ["clusters", []],
  ["contexts", []],
  ["current-context", ""],
  ["kind", "Config"],
  ["preferences", new Map()],
  ["users", []],
]);

/** kubectl writes keys in the order of their bytes. */
export function sorted(body: Body): Body {
  return new Map([...body].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

export function isBody(value: unknown): value is Body {
  return value instanceof Map;
}

function nameOf(item: Body): string {
  const name = item.get("name");
  return typeof name === "string" ? name : "";
}

function readConfig(text: string, file: string): RawConfig {
  return told(file, () => parseKubeconfig(text, file));
}

function told<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof TextError)) throw cause;
    throw new FedctlError("KubeconfigUnreadable", `error loading config file "${file}": ${cause.message}`, {
      hint: `correct ${file}, or use another file with --kubeconfig`,
      cause,
    });
  }
}
