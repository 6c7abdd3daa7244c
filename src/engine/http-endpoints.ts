import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ExitCode, FedctlError } from "../errors.ts";

/** What is answered to a GET of a path. */
export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** An address to listen on, and what is there to read. */
export interface EndpointOptions {
  /** For messages: `--metrics-address`. */
  readonly flag: string;
  /** `host:port`; port 0: any that is free. */
  readonly address: string;
  readonly pages: ReadonlyMap<string, () => Page | Promise<Page>>;
}

export interface HttpEndpoint {
  /** As it listens: `127.0.0.1:8081`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Longer than anybody may take to send so little. */
const requestTimeoutMs = 10_000;

/** Listens. @throws FedctlError Usage for an address that cannot be listened on */
export async function openEndpoint({ flag, address, pages }: EndpointOptions): Promise<HttpEndpoint> {
  const { host, port } = parseAddress(flag, address);
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    void answer(request, response, pages);
  });
  await listen(server, { host, port }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refused(flag, `cannot listen on ${address}: ${why}`);
  });
  const bound = server.address() as AddressInfo; // TCP, so never a pipe's name
  return {
    address: `${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function parseAddress(flag: string, address: string): { readonly host: string; readonly port: number } {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/i.exec(address);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) throw refused(flag, `"${address}" is no address to listen on`);
  // As with Go: `:8080` is every address.
  return { host: parts[1] ?? (parts[2] === "" || parts[2] === undefined ? "::" : parts[2]), port };
}

function refused(flag: string, why: string): FedctlError {
  return new FedctlError("Usage", `wrong ${flag}: ${why}`, {
    exitCode: ExitCode.Usage,
    hint: `give a host and a free port, as in ${flag} 127.0.0.1:8080, or off`,
  });
}

function listen(server: Server, where: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

async function answer(
  { method, url = "/" }: IncomingMessage,
  response: ServerResponse,
  pages: EndpointOptions["pages"],
): Promise<void> {
  const page = await pageFor({ method, path: url.replace(/\?.*$/, "") }, pages);
  response.writeHead(page.status, { "content-type": page.contentType });
  response.end(method === "HEAD" ? undefined : page.body);
}

const plain = "text/plain; charset=utf-8";

/** A page of plain text. */
export function textPage(status: number, body: string): Page {
  return { status, contentType: plain, body: `${body}\n` };
}

async function pageFor(
  { method, path }: { readonly method: string | undefined; readonly path: string },
  pages: EndpointOptions["pages"],
): Promise<Page> {
  if (method !== "GET" && method !== "HEAD") return textPage(405, "method not allowed");
  const make = pages.get(path);
  if (make === undefined) return textPage(404, "not found");
  try {
    return await make();
  } catch (error) {
    return textPage(500, error instanceof Error ? error.message : String(error));
  }
}
