/**
 * Works on all items, at most `limit` at a time, in their order. When one fails no further item is begun; the ones under way
 * are awaited before the first failure is thrown, so that nothing goes on behind the caller's back.
 */
export async function forEachInParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    try {
      for (let next = await rest.next(); next.done !== true && failures.length === 0; next = await rest.next()) {
        await work(next.value);
      }
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length > 0) throw failures[0];
}
