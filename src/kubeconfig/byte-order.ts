const beyond = /[\ud800-\uffff]/;

/** Compares names by their UTF-8 bytes, as Go sorts strings. Only beyond U+D800 does JavaScript's own order differ. */
export function byteOrder(a: string, b: string): number {
  if (a === b) return 0;
  if (beyond.test(a) && beyond.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
