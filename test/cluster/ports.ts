import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";

/** Finds `count` different loopback ports that are free now. Someone else may take one before it is used: be ready to retry. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere));
  const ports = servers.map((server) => (server.address() as AddressInfo).port); // TCP, so never a pipe's name
  await Promise.all(servers.map(close));
  return ports;
}

async function listenAnywhere(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return server;
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** True when a component's log says that its port was taken between our probing and its start. */
export function saysPortIsTaken(log: string): boolean {
  return log.includes("address already in use");
}

/** Runs `start` with fresh ports, and again (at most `attempts` times in all) while `isClash` knows its error. */
export async function withFreePorts<T>(
  { count, attempts = 3, isClash }: { count: number; attempts?: number; isClash: (error: unknown) => boolean },
  start: (ports: readonly number[]) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await findFreePorts(count));
    } catch (error) {
      if (attempt >= attempts || !isClash(error)) throw error;
    }
  }
}
