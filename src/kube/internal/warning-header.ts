/** The texts of `Warning: 299 - "text"` headers (RFC 7234); Kubernetes uses no other code. */
export function readWarnings(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  const value = typeof header === "string" ? header : header.join(", ");
  return [...value.matchAll(/(?:^|,)\s*299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\\(.)/g, "$1"),
  );
}
