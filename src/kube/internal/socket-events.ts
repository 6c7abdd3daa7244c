import type { Socket } from "node:net";

export interface EventWait {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Makes what is thrown; `undefined` when time ran out or the socket just closed. */
  failure(cause: unknown, why: "error" | "closed" | "timeout"): Error;
}

/** Resolves with the event. Otherwise destroys the socket and throws `failure`, or the signal's reason. */
export function awaitSocketEvent(socket: Socket, event: "connect" | "secureConnect", wait: EventWait): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      fail(wait.failure(undefined, "timeout"));
    }, wait.timeoutMs);
    const onEvent = (): void => {
      detach();
      resolve();
    };
    const onError = (error: Error): void => {
      fail(wait.failure(error, "error"));
    };
    const onClose = (): void => {
      fail(wait.failure(undefined, "closed"));
    };
    const onAbort = (): void => {
      fail(wait.signal.reason);
    };
    function detach(): void {
      clearTimeout(timer);
      socket.off(event, onEvent).off("error", onError).off("close", onClose);
      wait.signal.removeEventListener("abort", onAbort);
    }
    function fail(reason: unknown): void {
      detach();
      // A late error of a socket that nobody waits for any more must not end the process.
      socket.on("error", () => undefined);
      socket.destroy();
      reject(reason instanceof Error ? reason : new Error("aborted"));
    }
    socket.once(event, onEvent).once("error", onError).once("close", onClose);
    if (wait.signal.aborted) onAbort();
    else wait.signal.addEventListener("abort", onAbort);
  });
}
