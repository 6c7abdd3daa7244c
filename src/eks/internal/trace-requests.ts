import type { RequestTrace } from "../aws-session.ts";

interface Sent {
  readonly request: unknown;
}

type Handler = (sent: Sent) => Promise<unknown>;

/** Any client of the SDK; their own types name each of their commands. */
interface Traceable {
  readonly middlewareStack: object;
}

interface Stack {
  add(middleware: (next: Handler) => Handler, place: { readonly step: "deserialize"; readonly priority: "high" }): void;
}

/** Tells each request of a client that goes out, also those that are repeated. */
export function traceRequests(
  client: Traceable,
  trace: { readonly now: () => number; readonly onRequest?: ((request: RequestTrace) => void) | undefined },
): void {
  const { onRequest, now } = trace;
  if (onRequest === undefined) return;
  // The clients' stacks differ in their types alone.
  const stack = client.middlewareStack as Stack;
  const middleware = (next: Handler): Handler => {
    return async (sent) => {
      const startMs = now();
      const tell = (status: number): void => {
        onRequest({ ...addressOf(sent.request), status, ms: now() - startMs });
      };
      try {
        const received = await next(sent);
        tell(statusOf(field(received, "response")));
        return received;
      } catch (error) {
        tell(Number(field(field(error, "$metadata"), "httpStatusCode") ?? 0));
        throw error;
      }
    };
  };
  stack.add(middleware, { step: "deserialize", priority: "high" });
}

/** Signatures stand in headers, so that the address holds no secret. */
function addressOf(request: unknown): Pick<RequestTrace, "method" | "url"> {
  const part = (name: string): string => {
    const value = field(request, name);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const port = part("port");
  const host = port === "" ? part("hostname") : `${part("hostname")}:${port}`;
  return { method: part("method"), url: `${part("protocol")}//${host}${part("path")}` };
}

function statusOf(response: unknown): number {
  return Number(field(response, "statusCode") ?? 0);
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
