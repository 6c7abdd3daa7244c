import type { Connection } from "../../src/federation/deps.ts";
import type { ClusterDetails } from "../cluster/details.ts";
import { connectTo } from "./cluster-connection.ts";

export interface CutConnection {
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** Not answered once, but streamed or done at once. */
const uncounted: readonly (string | symbol)[] = ["watch", "close"];

/** A connection that ends, with all that is under way on it, when so many calls have been answered: as if the process were killed. */
export function connectUntil(cluster: ClusterDetails, limit: number): CutConnection {
  const killed = new AbortController();
  const { api, config } = connectTo(cluster, { signal: killed.signal });
  let answered = 0;
  const cut = new Proxy(api, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || uncounted.includes(name)) return member;
      return async (...args: unknown[]): Promise<unknown> => {
        const answer: unknown = await Reflect.apply(member, target, args);
        answered += 1;
        if (answered >= limit) killed.abort();
        return answer;
      };
    },
  });
  return { connection: { api: cut, config }, signal: killed.signal };
}
