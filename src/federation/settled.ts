/** Waits for all, so that nothing goes on behind the caller's back, then throws the first failure in their order. */
export async function settled(work: Iterable<Promise<unknown>>): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}
