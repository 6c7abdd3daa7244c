import { createServer as createHttpServer, request, type Server as HttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ClusterDetails } from "../../cluster/details.ts";

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** What it was asked: `CONNECT host:port`, `GET http://...`, `SOCKS host:port`, with the user behind. */
  readonly asked: readonly string[];
}

/** Every name leads to this machine: the test bed has no other. */
const everywhere = "127.0.0.1";

/** An http proxy (https with a certificate): CONNECT, and forwarding of plain http. Asks for nobody's password, but notes it. */
export async function startHttpProxy(certificate?: {
  readonly certificatePem: string;
  readonly keyPem: string;
}): Promise<TestProxy> {
  const asked: string[] = [];
  const server: HttpServer =
    certificate === undefined
      ? createHttpServer()
      : createHttpsServer({ cert: certificate.certificatePem, key: certificate.keyPem });
  const note = (what: string, authorization: string | undefined): void => {
    asked.push(authorization === undefined ? what : `${what} ${authorization}`);
  };
  server.on("connect", (incoming, client: Socket) => {
    note(`CONNECT ${incoming.url ?? ""}`, incoming.headers["proxy-authorization"]);
    const target = connect(Number(incoming.url?.split(":").at(-1)), everywhere, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(target).pipe(client);
    });
    endTogether(client, target);
  });
  server.on("request", (incoming, answer) => {
    note(`${incoming.method ?? ""} ${incoming.url ?? ""}`, incoming.headers["proxy-authorization"]);
    const { port, pathname, search } = new URL(incoming.url ?? "");
    const { method, headers } = incoming;
    const forward = request({ host: everywhere, port, path: `${pathname}${search}`, method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    incoming.pipe(forward);
  });
  return await open(server, asked);
}

/** A SOCKS5 proxy that wants a user's password when one is given here. */
export async function startSocksProxy(user?: { readonly name: string; readonly password: string }): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createServer((client) => {
    void (async () => {
      const [, methods = 0] = await take(client, 2);
      await take(client, methods);
      client.write(Buffer.from([5, user === undefined ? 0 : 2]));
      if (user !== undefined && !(await logsIn(client, user))) return;
      const [, , , type = 0] = await take(client, 4);
      const host = await readHost(client, type);
      const port = (await take(client, 2)).readUInt16BE();
      asked.push(`SOCKS ${host}:${port}`);
      const target = connect(port, everywhere, () => {
        client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
        client.pipe(target).pipe(client);
      });
      endTogether(client, target);
    })();
  });
  return await open(server, asked);
}

async function logsIn(client: Socket, user: { readonly name: string; readonly password: string }): Promise<boolean> {
  const [, nameLength = 0] = await take(client, 2);
  const name = (await take(client, nameLength)).toString();
  const [passwordLength = 0] = await take(client, 1);
  const password = (await take(client, passwordLength)).toString();
  const isRight = name === user.name && password === user.password;
  client.write(Buffer.from([1, isRight ? 0 : 1]));
  return isRight;
}

async function readHost(client: Socket, type: number): Promise<string> {
  if (type === 1) return (await take(client, 4)).join(".");
  const [length = 0] = await take(client, 1);
  return (await take(client, length)).toString();
}

async function take(socket: Socket, length: number): Promise<Buffer> {
  for (;;) {
    // The type of read() is any; a socket without encoding gives buffers.
    const bytes = socket.read(length) as Buffer | null;
    if (bytes !== null) return bytes;
    await new Promise((resolve) => socket.once("readable", resolve));
  }
}

/** Speaks plain http and passes it on to the API server over TLS, as the administrator: what `kubectl proxy` does. */
export async function startPlainFront(cluster: ClusterDetails): Promise<TestProxy> {
  const { port } = new URL(cluster.server);
  const server = createServer((client) => {
    const target = connectTls({
      host: everywhere,
      port: Number(port),
      ca: cluster.caPem,
      cert: cluster.adminCertificatePem,
      key: cluster.adminKeyPem,
    });
    client.pipe(target).pipe(client);
    endTogether(client, target);
  });
  return await open(server, []);
}

function endTogether(one: Socket, other: Socket): void {
  one.on("error", () => other.destroy()).on("close", () => other.destroy());
  other.on("error", () => one.destroy()).on("close", () => one.destroy());
}

async function open(server: Server, asked: readonly string[]): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, everywhere, resolve));
  return {
    port: (server.address() as AddressInfo).port, // TCP, so never a pipe's name
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
