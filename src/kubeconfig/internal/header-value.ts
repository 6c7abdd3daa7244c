/** What HTTP forbids in a header value: control characters other than tab. */
const forbidden = /[^\t\x20-\x7e\x80-\u{10ffff}]/u;

/** Go's complaint about a value that cannot be sent; undefined when it can. Does not show the value. */
export function headerValueError(header: string, value: string): string | undefined {
  return forbidden.test(value) ? `net/http: invalid header field value for ${JSON.stringify(header)}` : undefined;
}

/** Node sends header values as latin-1; Go sends UTF-8. This makes Node send the same bytes. */
export function utf8HeaderValue(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}
