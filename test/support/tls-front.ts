import type { AddressInfo, Socket } from "node:net";
import { connect as connectTls, createServer } from "node:tls";
import { createAuthority } from "../cluster/certificates.ts";
import type { ClusterDetails } from "../cluster/details.ts";

export interface TlsFront extends AsyncDisposable {
  readonly server: string;
  /** The CA that vouches for it, and is not the cluster's. */
  readonly caPem: string;
}

export interface TlsFrontOptions {
  /** What its certificate names. Default: the address it listens on. */
  readonly hosts?: readonly string[];
  /** How long ago its certificate ran out. Default: it has not. */
  readonly expiredForMs?: number;
}

/** What a load balancer with a certificate of its own is: ends TLS and passes on what is in it. */
export async function startTlsFront(cluster: ClusterDetails, options: TlsFrontOptions = {}): Promise<TlsFront> {
  const authority = createAuthority("front authority");
  const { certificatePem, keyPem } = authority.issue({
    subject: { commonName: "front" },
    usage: "server",
    hosts: ["127.0.0.1"],
    ...options,
  });
  const sockets = new Set<Socket>();
  const { hostname, port } = new URL(cluster.server);
  const front = createServer({ cert: certificatePem, key: keyPem }, (client) => {
    const target = connectTls({ host: hostname, port: Number(port), ca: cluster.caPem });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
    client.pipe(target).pipe(client);
  });
  // Whoever does not trust the certificate hangs up.
  front.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  return {
    server: `https://127.0.0.1:${(front.address() as AddressInfo).port}`, // TCP, so never a pipe's name
    caPem: authority.certificatePem,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}
