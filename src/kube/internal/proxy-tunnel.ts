import { isIP, type Socket } from "node:net";
import { hostAndPort, type Endpoint } from "./endpoint.ts";
import type { Proxy } from "./proxy-choice.ts";
import { WireFailure } from "./wire.ts";

const maxHeadBytes = 64 * 1024;

type Target = Pick<Endpoint, "host" | "port">;

/** Asks an http or https proxy for a tunnel to the target. @throws WireFailure "dial" */
export async function openHttpTunnel(socket: Socket, proxy: Proxy, target: Target): Promise<void> {
  const address = hostAndPort(target.host, target.port);
  const auth = proxyAuthorization(proxy);
  const lines = [`CONNECT ${address} HTTP/1.1`, `Host: ${address}`];
  if (auth !== undefined) lines.push(`Proxy-Authorization: ${auth}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const head = await readUntil(socket, (bytes) => {
    const end = bytes.indexOf("\r\n\r\n");
    return end < 0 ? undefined : end + 4;
  });
  const [, status = "", words = ""] = /^HTTP\/1\.[01] (\d{3}) ?([^\r]*)/.exec(head.toString("latin1")) ?? [];
  if (status === "200") return;
  throw refused(proxy, status === "" ? "malformed answer" : `${status} ${words}`.trim());
}

/** The value of Proxy-Authorization, when the proxy's URL names a user. */
export function proxyAuthorization({ user }: Proxy): string | undefined {
  if (user === undefined) return undefined;
  return `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`;
}

/** RFC 1928 and 1929; the proxy looks names up. @throws WireFailure "dial" */
export async function openSocksTunnel(socket: Socket, proxy: Proxy, target: Target): Promise<void> {
  socket.write(Buffer.from(proxy.user === undefined ? [5, 1, 0] : [5, 2, 0, 2]));
  const chosen = await readUntil(socket, exactly(2));
  if (chosen[0] !== 5) throw refused(proxy, "it does not speak SOCKS version 5");
  if (chosen[1] === 2 && proxy.user !== undefined) await logIn(socket, proxy, proxy.user);
  else if (chosen[1] !== 0) throw refused(proxy, "no acceptable authentication method");
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), socksAddress(target.host), portBytes(target.port)]));
  const reply = await readUntil(socket, (bytes) => socksReplyLength(bytes));
  const code = reply[1] ?? 1;
  if (code !== 0) throw refused(proxy, socksWords[code] ?? `code ${code}`);
}

async function logIn(socket: Socket, proxy: Proxy, user: { name: string; password: string }): Promise<void> {
  socket.write(Buffer.concat([Buffer.from([1]), pascal(user.name), pascal(user.password)]));
  const answer = await readUntil(socket, exactly(2));
  if (answer[1] !== 0) throw refused(proxy, "username/password authentication failed");
}

const socksWords: Readonly<Record<number, string>> = {
  1: "general SOCKS server failure",
  2: "connection not allowed by ruleset",
  3: "network unreachable",
  4: "host unreachable",
  5: "connection refused",
  6: "TTL expired",
  7: "command not supported",
  8: "address type not supported",
};

function pascal(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 255);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function portBytes(port: number): Buffer {
  return Buffer.from([port >> 8, port & 0xff]);
}

function socksAddress(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.from([1, ...host.split(".").map(Number)]);
  if (isIP(host) === 6) return Buffer.concat([Buffer.from([4]), v6Bytes(host)]);
  return Buffer.concat([Buffer.from([3]), pascal(host)]);
}

function v6Bytes(host: string): Buffer {
  // The URL parser writes an embedded v4 tail in hexadecimal groups.
  const plain = new URL(`http://[${host}]`).hostname.slice(1, -1);
  const [head = "", tail] = plain.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = new Array<string>(8 - before.length - after.length).fill("0");
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(""), "hex");
}

function socksReplyLength(bytes: Buffer): number | undefined {
  if (bytes.length < 5) return undefined;
  const length = 4 + socksAddressLength(bytes[3], bytes[4] ?? 0) + 2;
  return bytes.length < length ? undefined : length;
}

function socksAddressLength(type: number | undefined, first: number): number {
  if (type === 1) return 4;
  return type === 4 ? 16 : 1 + first;
}

function exactly(length: number): (bytes: Buffer) => number | undefined {
  return (bytes) => (bytes.length < length ? undefined : length);
}

function refused(proxy: Proxy, words: string): WireFailure {
  return new WireFailure(`proxyconnect tcp: ${proxy.scheme} proxy ${hostAndPort(proxy.host, proxy.port)}: ${words}`, {
    stage: "dial",
  });
}

/** Reads until `complete` tells a length; what comes behind it goes back into the socket. */
function readUntil(socket: Socket, complete: (bytes: Buffer) => number | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const finish = (outcome: () => void): void => {
      socket.off("readable", onReadable).off("error", onEnd).off("end", onEnd).off("close", onEnd);
      outcome();
    };
    const onEnd = (): void => {
      finish(() => {
        reject(new WireFailure("proxyconnect tcp: unexpected EOF", { stage: "dial", passing: true }));
      });
    };
    function onReadable(): void {
      // The type of read() is any; a socket without encoding gives buffers.
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      bytes = Buffer.concat([bytes, chunk]);
      const length = complete(bytes);
      if (length === undefined && bytes.length <= maxHeadBytes) return;
      finish(() => {
        if (length !== undefined && bytes.length > length) socket.unshift(bytes.subarray(length));
        resolve(bytes.subarray(0, length));
      });
    }
    socket.on("readable", onReadable).once("error", onEnd).once("end", onEnd).once("close", onEnd);
  });
}
