import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createDelayLine } from "./delay-line.ts";
import type { ClusterDetails } from "./details.ts";
import { startGuarded } from "./guarded-process.ts";

export interface RelayOptions {
  readonly targetHost: string;
  readonly targetPort: number;
  /** What a round trip through the relay takes longer: half of it each way. Setting up a connection is not delayed. */
  readonly rttMs: number;
}

export interface Relay extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** A relay that can fall silent. */
export interface HangingRelay extends Relay {
  /** Connections stay, and new ones are taken, but nothing that is sent arrives. */
  readonly hang: () => void;
  /** What was held back arrives, and all else. */
  readonly resume: () => void;
}

/** At most so many bytes are on their way in one direction of a connection; then the sender has to wait. */
const maxBytesUnderWay = 16 * 1024 * 1024;

/** Relays TCP connections to the target, in this process. Bytes keep their order and all the throughput there is. */
export async function startRelay({ targetHost, targetPort, rttMs }: RelayOptions): Promise<HangingRelay> {
  const open = new Set<Socket>();
  let isHanging = false;
  const flow = { delayMs: rttMs / 2, isHeld: () => isHanging };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({ host: targetHost, port: targetPort, allowHalfOpen: true, noDelay: true });
    for (const socket of [client, target]) {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
    }
    forward(client, target, flow);
    forward(target, client, flow);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const stop = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address() as AddressInfo; // TCP, so never a pipe's name
  const hang = (): void => {
    isHanging = true;
    for (const socket of open) socket.pause();
  };
  const resume = (): void => {
    isHanging = false;
    for (const socket of open) socket.resume();
  };
  return { port, hang, resume, stop, [Symbol.asyncDispose]: stop };
}

interface Flow {
  readonly delayMs: number;
  readonly isHeld: () => boolean;
}

/** Passes on what `from` sends, its end included, `delayMs` later. A broken connection breaks at once. */
function forward(from: Socket, to: Socket, { delayMs, isHeld }: Flow): void {
  const line = createDelayLine(delayMs, (parcel) => {
    if (parcel === "end") to.end();
    else to.write(parcel);
    resumeIfRoom();
  });
  const isFull = (): boolean => line.bytes() + to.writableLength >= maxBytesUnderWay;
  const resumeIfRoom = (): void => {
    if (from.isPaused() && !isFull() && !isHeld()) from.resume();
  };
  from.on("data", (chunk) => {
    line.push(chunk);
    if (isFull() || isHeld()) from.pause();
  });
  if (isHeld()) from.pause();
  from.once("end", () => {
    line.push("end");
  });
  to.on("drain", resumeIfRoom);
  // Its close follows.
  from.once("error", () => undefined);
  from.once("close", () => {
    if (!from.readableEnded) to.destroy();
  });
  to.once("close", () => {
    line.clear();
    from.destroy();
  });
}

/** Starts a relay in a process of its own, so that it takes no time of the one that is measured. */
export async function startRelayProcess(options: RelayOptions): Promise<Relay> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const main = fileURLToPath(new URL("relay-main.ts", import.meta.url));
  const running = startGuarded({
    command: process.execPath,
    args: ["--import", tsx, main, JSON.stringify(options)],
    env: { PATH: process.env["PATH"] },
    stdout: "pipe",
    stderr: 2,
  });
  // Until it has said its port it is waited for.
  running.child.ref();
  const port = await readPort(running.child.stdout);
  running.child.unref();
  if (port === undefined) throw new Error(`the relay to ${options.targetHost}:${options.targetPort} did not start`);
  return { port, stop: running.stop, [Symbol.asyncDispose]: running.stop };
}

async function readPort(stdout: NodeJS.ReadableStream | null): Promise<number | undefined> {
  if (stdout === null) return undefined;
  for await (const line of createInterface({ input: stdout })) return Number(line);
  return undefined;
}

/** The cluster as it is reached through a relay to it. */
export function throughRelay<T extends ClusterDetails>(cluster: T, relay: Pick<Relay, "port">): T {
  return { ...cluster, server: `https://127.0.0.1:${relay.port}` };
}

/** Options of a relay to the cluster's API server. */
export function relayTo(cluster: Pick<ClusterDetails, "server">, rttMs: number): RelayOptions {
  const { hostname, port } = new URL(cluster.server);
  return { targetHost: hostname, targetPort: Number(port), rttMs };
}
