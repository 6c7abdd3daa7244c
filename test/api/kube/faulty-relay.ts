import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { ClusterDetails } from "../../cluster/details.ts";

/** A TCP relay in front of a real server that can fail as networks do. */
export interface FaultyRelay extends AsyncDisposable {
  readonly port: number;
  /** Connections made so far. */
  readonly connections: number;
  /** After so many more bytes what the server sends does not reach the client. */
  holdAnswers(afterBytes?: number): void;
  /** From now on the client's bytes do not reach the server. */
  swallowRequests(): void;
  /** Resets every connection. Later ones work. */
  cut(): void;
  /** Lets everything through again, what was held first. */
  resume(): void;
}

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
  readonly held: Buffer[];
}

/** Starts a relay to the cluster's API server on 127.0.0.1. */
export async function startFaultyRelay(cluster: Pick<ClusterDetails, "server">): Promise<FaultyRelay> {
  const { hostname, port: targetPort } = new URL(cluster.server);
  const pairs = new Set<Pair>();
  const mode = { passBytes: Infinity, swallow: false, connections: 0 };
  const server = createServer({ noDelay: true }, (client) => {
    mode.connections += 1;
    const pair = { client, target: connect(Number(targetPort), hostname).setNoDelay(), held: [] as Buffer[] };
    pairs.add(pair);
    client.on("data", (chunk) => {
      if (!mode.swallow) pair.target.write(chunk);
    });
    pair.target.on("data", (chunk) => {
      client.write(chunk.subarray(0, mode.passBytes));
      if (chunk.length > mode.passBytes) pair.held.push(chunk.subarray(mode.passBytes));
      mode.passBytes = Math.max(0, mode.passBytes - chunk.length);
    });
    for (const [from, to] of [
      [client, pair.target],
      [pair.target, client],
    ] as const) {
      from.on("error", () => undefined);
      from.on("close", () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    mode.passBytes = Infinity;
    mode.swallow = false;
    for (const { client, target } of pairs) {
      client.resetAndDestroy();
      target.destroy();
    }
  };
  return {
    port: (server.address() as AddressInfo).port, // TCP, so never a pipe's name
    get connections() {
      return mode.connections;
    },
    holdAnswers: (afterBytes = 0) => (mode.passBytes = afterBytes),
    swallowRequests: () => (mode.swallow = true),
    cut,
    resume() {
      mode.passBytes = Infinity;
      mode.swallow = false;
      for (const { client, held } of pairs) client.write(Buffer.concat(held.splice(0)));
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
