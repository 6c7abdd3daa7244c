import type { Impersonation } from "../types.ts";
import { utf8HeaderValue } from "./header-value.ts";

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The headers that ask the server to act as somebody else, as client-go sends them. */
export function impersonationHeaders(impersonation: Impersonation | undefined): Headers {
  if (impersonation === undefined) return {};
  const { user, uid, groups, extra } = impersonation;
  const extras = [...extra].map(([key, values]): [string, readonly string[]] => [
    `Impersonate-Extra-${escapeKey(key)}`,
    values.map(utf8HeaderValue),
  ]);
  return {
    "Impersonate-User": utf8HeaderValue(user),
    ...(uid === "" ? {} : { "Impersonate-Uid": utf8HeaderValue(uid) }),
    ...(groups.length === 0 ? {} : { "Impersonate-Group": groups.map(utf8HeaderValue) }),
    ...Object.fromEntries(extras.filter(([, values]) => values.length > 0)),
  };
}

/** Percent-escapes whatever a header name cannot hold, and the percent sign, so that the server can undo it. */
function escapeKey(key: string): string {
  const bytes = Buffer.from(key, "utf8").toString("latin1");
  return bytes.replace(
    /[^!#$&'*+\-.^_`|~0-9A-Za-z]/g,
    (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
