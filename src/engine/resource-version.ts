/**
 * Whether a resource version is the later of two of one type in one cluster. API servers count them up (and promise so since 1.35);
 * of others than numbers nothing is known: what came last counts as the later.
 */
export function isLater(one: string, other: string): boolean {
  const isComparable = /^[1-9]\d*$/.test(one) && /^[1-9]\d*$/.test(other);
  if (!isComparable || one.length !== other.length) return !isComparable || one.length > other.length;
  return one > other;
}
