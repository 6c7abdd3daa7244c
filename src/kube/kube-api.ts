import type { KubeObject, UnknownObject } from "./objects.ts";

/** What a URL needs to know of a kind of object. */
export interface ResourceType {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A served resource as discovery tells it. */
export interface ApiResource extends ResourceType {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly verbs: readonly string[];
  /** Names without the parent: "status", "scale". */
  readonly subresources: readonly string[];
}

export interface ObjectKey {
  readonly type: ResourceType;
  /** Required for a namespaced type. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface RequestOptions {
  /** Cancels this request, besides the signal the connection was made with. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the connection's `--request-timeout`. */
  readonly timeoutMs?: number | undefined;
}

export interface CreateOptions extends RequestOptions {
  /**
   * The type's CRD was made moments ago, by the caller: a server would hold a POST to it for two seconds, so it is written by server-side
   * apply. Not for a type that others may have used: apply completes what is there already.
   */
  readonly typeIsNew?: boolean | undefined;
}

export interface ListOptions extends RequestOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Page size; every page is read. Default 500. */
  readonly pageSize?: number | undefined;
  /** Stop after the first page; `remaining` tells whether there was more. */
  readonly firstPageOnly?: boolean | undefined;
  /** Ask for the metadata alone; what a server gives beyond it is dropped. */
  readonly metadataOnly?: boolean | undefined;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  /** Of the list, for a watch that follows it. */
  readonly resourceVersion: string;
  /** True when `firstPageOnly` left something out. */
  readonly remaining: boolean;
}

/** Some of the objects of a list. */
export interface ObjectPage<T> {
  readonly items: readonly T[];
  /** Length of the text that the server sent: what the objects take, by and large. */
  readonly characters: number;
  /** Of the list: the same on all pages, but for those that follow a list begun again. */
  readonly resourceVersion: string;
}

export type Patch =
  /** RFC 7386. */
  | { readonly type: "merge"; readonly body: Readonly<Record<string, unknown>> }
  /** RFC 6902. */
  | { readonly type: "json"; readonly body: readonly JsonPatchOperation[] };

export interface JsonPatchOperation {
  readonly op: "add" | "remove" | "replace" | "test";
  readonly path: string;
  readonly value?: unknown;
}

export interface DeleteOptions extends RequestOptions {
  /** Refuse (ServerConflict) when the object is another one than was looked at. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

export interface UpdateOptions extends RequestOptions {
  /** The server checks and answers as if it did it, and writes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** deleted: gone; deleting: accepted, finalizers hold it; absent: it was not there. */
export type DeleteOutcome = "deleted" | "deleting" | "absent";

export interface WatchOptions extends RequestOptions {
  readonly namespace?: string | undefined;
  /** Watch one object. */
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** Start after this version. Absent: begins with an ADDED event for everything that exists. */
  readonly resourceVersion?: string | undefined;
}

export type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly object: { readonly metadata: { readonly resourceVersion: string } } };

export interface Discovery {
  /** Every served version of every resource, groups in server order, preferred version of a group first. */
  readonly resources: readonly ApiResource[];
  /** Groups that did not answer; the rest is usable. */
  readonly failures: readonly { readonly groupVersion: string; readonly message: string }[];
}

/**
 * One API server. Every method throws FedctlError (Server*, CredentialUnavailable, Interrupted, WriteOutcomeUnknown) whose
 * message carries the server's own sentence and names the context; none throws anything else for a reason outside this program.
 */
export interface KubeApi {
  /** The context's name, for messages. */
  readonly context: string;
  /** Undefined when the server says 404. */
  get<T extends KubeObject = UnknownObject>(key: ObjectKey, options?: RequestOptions): Promise<T | undefined>;
  /** All pages. Items carry apiVersion and kind even where the server leaves them out. */
  list<T extends KubeObject = UnknownObject>(type: ResourceType, options?: ListOptions): Promise<ObjectList<T>>;
  /**
   * The same page by page, each read when it is asked for, so that a list of any length fits in memory. After a list that the
   * server forgot meanwhile, objects may come twice.
   */
  pages<T extends KubeObject = UnknownObject>(type: ResourceType, options?: ListOptions): AsyncIterable<ObjectPage<T>>;
  /** POST; the namespace is taken from the object. AlreadyExists → FedctlError ServerAlreadyExists. */
  create<T extends KubeObject>(type: ResourceType, object: T, options?: CreateOptions): Promise<T>;
  /** PUT; give metadata.resourceVersion to be refused (ServerConflict) when somebody else wrote in between. */
  update<T extends KubeObject>(type: ResourceType, object: T, options?: UpdateOptions): Promise<T>;
  /** PUT of the status subresource. */
  updateStatus<T extends KubeObject>(type: ResourceType, object: T, options?: RequestOptions): Promise<T>;
  patch<T extends KubeObject = UnknownObject>(key: ObjectKey, patch: Patch, options?: RequestOptions): Promise<T>;
  delete(key: ObjectKey, options?: DeleteOptions): Promise<DeleteOutcome>;
  /** Ends when the server closes it or the signal fires; a 410 is FedctlError ServerError with code kept in `cause`. */
  watch<T extends KubeObject = UnknownObject>(type: ResourceType, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** One read a connection, cached; `fresh` reads again (after a CRD was made). */
  discover(options?: RequestOptions & { readonly fresh?: boolean }): Promise<Discovery>;
  /** GET of a path that is no object: /version, /openapi/v3/apis/apps/v1. Undefined on 404. JSON decoded. */
  read(path: string, options?: RequestOptions): Promise<unknown>;
  /** Connects ahead of the first request. Never rejects: what is wrong is for that request to tell. */
  open(): Promise<void>;
  /** Closes idle connections; later calls open new ones. */
  close(): void;
}
