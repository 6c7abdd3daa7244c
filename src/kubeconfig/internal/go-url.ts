/** The parts of a URL as Go's net/url sees them, which is laxer than WHATWG in some places and stricter in others. */
export interface GoUrl {
  /** Lower case; "" when there is none. */
  readonly scheme: string;
  /** Before the `@`, still encoded; undefined without one. */
  readonly userinfo: string | undefined;
  /** `host[:port]`. */
  readonly host: string;
  /** Still encoded, without query and fragment. */
  readonly path: string;
}

const authorityHost = /^(?:\[[0-9a-zA-Z:.%_-]+\]|[^\s[\]<>"\\^`{|}:/?#@]*)(?::[0-9]*)?$/;

/** Splits `text` as Go's url.Parse does; undefined where that fails. */
export function parseGoUrl(text: string): GoUrl | undefined {
  if (text === "" || /\p{Cc}/u.test(text)) return undefined;
  const found = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?([^?#]*)/.exec(text);
  const scheme = found?.[1]?.toLowerCase() ?? "";
  const rest = found?.[2] ?? "";
  if (rest.startsWith("//")) return withAuthority(scheme, rest.slice(2));
  return withoutAuthority(scheme, rest);
}

function withoutAuthority(scheme: string, rest: string): GoUrl | undefined {
  const nothing = { scheme, userinfo: undefined, host: "", path: "" };
  // `localhost:6443` is a scheme with an opaque rest; `10.0.0.1:6443` is nothing at all.
  if (scheme !== "" && !rest.startsWith("/")) return nothing;
  if (/^[^/]*:/.test(rest)) return undefined;
  return badEscape(rest) ? undefined : { ...nothing, path: rest };
}

function withAuthority(scheme: string, rest: string): GoUrl | undefined {
  const slash = rest.indexOf("/");
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? "" : rest.slice(slash);
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  const userinfo = at < 0 ? undefined : authority.slice(0, at);
  if (!authorityHost.test(host) || badEscape(path) || badEscape(userinfo ?? "")) return undefined;
  return { scheme, userinfo, host, path };
}

function badEscape(text: string): boolean {
  return /%(?![0-9a-fA-F]{2})/.test(text);
}

/** `user:password@` out of any URL-like text, so that it can be printed. */
export function withoutPassword(text: string): string {
  return text.replace(/^((?:[a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/[^/?#]*?):[^/?#]*@/, "$1:xxxxx@");
}
