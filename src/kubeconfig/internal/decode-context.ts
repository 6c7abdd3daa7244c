import type { ContextEntry } from "../types.ts";
import { decodeExtensions } from "./decode-extensions.ts";
import type { Fields } from "./go-decode.ts";

/** @throws TextError */
export function decodeContext(body: Fields, origin: string): ContextEntry {
  return {
    cluster: body.string("cluster"),
    extensions: decodeExtensions(body),
    namespace: body.string("namespace"),
    user: body.string("user"),
    origin,
  };
}
