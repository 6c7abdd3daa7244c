import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { Agent, request as sendRequest } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { openAuthority } from "../../cluster/certificates.ts";
import type { ClusterDetails } from "../../cluster/details.ts";
import { authorityName } from "../../cluster/kubeconfig-file.ts";

export interface Seen {
  /** `2.0` or `1.1`. */
  readonly version: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface ObservedFront extends AsyncDisposable {
  readonly port: number;
  readonly seen: readonly Seen[];
  /** Connections made so far. */
  readonly connections: number;
}

/** Stands before an API server, notes each request and passes it on as the administrator: with TLS of its own, or in plain http. */
export async function startObservedFront(cluster: ClusterDetails, scheme: "https" | "http"): Promise<ObservedFront> {
  const seen: Seen[] = [];
  const agent = new Agent({
    keepAlive: true,
    ca: cluster.caPem,
    cert: cluster.adminCertificatePem,
    key: cluster.adminKeyPem,
  });
  const handle = (
    incoming: IncomingMessage | Http2ServerRequest,
    answer: ServerResponse | Http2ServerResponse,
  ): void => {
    const { httpVersion: version, url: path = "", method, headers } = incoming;
    seen.push({ version, path, headers: { ...headers } });
    // A prefix is a front's own affair; whom it lets in too.
    const behind = new URL(path.replace(/^\/k8s\/clusters\/c-1/, ""), cluster.server);
    const forward = sendRequest(behind, { agent, method, headers: { accept: "application/json" } }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, { "content-type": "application/json" });
      reply.pipe(answer as ServerResponse);
    });
    incoming.pipe(forward);
  };
  const { certificatePem, keyPem } = openAuthority(authorityName(cluster.name), cluster.caKeyPem).issue({
    subject: { commonName: "front" },
    usage: "server",
    hosts: ["127.0.0.1"],
  });
  const server =
    scheme === "http"
      ? createServer(handle)
      : createSecureServer({ allowHTTP1: true, cert: certificatePem, key: keyPem }, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const target = (server.address() as AddressInfo).port; // TCP, so never a pipe's name
  const sockets = new Set<Socket>();
  let connections = 0;
  // Connections are counted in front of TLS.
  const front = createTcpServer((client) => {
    connections += 1;
    const inner = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [client, inner],
      [inner, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
    client.pipe(inner).pipe(client);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  return {
    port: (front.address() as AddressInfo).port, // TCP, so never a pipe's name
    seen,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      for (const socket of sockets) socket.destroy();
      await Promise.all([front, server].map((each) => new Promise((resolve) => each.close(resolve))));
    },
  };
}
