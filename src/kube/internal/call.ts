import type { Attempt } from "../errors.ts";
import type { RequestOptions } from "../kube-api.ts";
import type { WireFailure } from "./wire.ts";

/** A request, as the verbs of KubeApi make it. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base URL, with the query. */
  readonly path: string;
  readonly attempt: Attempt;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly options?: RequestOptions | undefined;
  /** A 5xx is the answer: done twice it differs and cannot be checked, or it can be done without. */
  readonly takesServerErrors?: boolean;
}

/** An answer, whatever its status. */
export interface Reply {
  readonly kind: "reply";
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** An earlier try was answered 5xx, so it may have been done before this answer was given. */
  readonly mayBeSecond: boolean;
}

/** A write whose connection broke after it was sent: it may have been done. */
export interface Lost {
  readonly kind: "lost";
  readonly failure: WireFailure;
}
