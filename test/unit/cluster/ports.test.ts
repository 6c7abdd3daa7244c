import { createServer } from "node:net";
import { expect, test } from "vitest";
import { findFreePorts, saysPortIsTaken, withFreePorts } from "../../cluster/ports.ts";

class Clash extends Error {}
const isClash = (error: unknown): boolean => error instanceof Clash;

test("finds different ports that can be listened on", async () => {
  const ports = await findFreePorts(5);
  expect(new Set(ports).size).toBe(5);
  for (const port of ports) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
    await new Promise((resolve) => server.close(resolve));
  }
});

test("tries again with other ports after a clash", async () => {
  const tried: number[] = [];
  const result = await withFreePorts({ count: 1, isClash }, ([port = 0]) => {
    tried.push(port);
    return tried.length < 3 ? Promise.reject(new Clash()) : Promise.resolve("up");
  });
  expect(result).toBe("up");
  expect(tried).toHaveLength(3);
});

test("gives up after the third clash", async () => {
  let tries = 0;
  const start = () => {
    tries += 1;
    return Promise.reject(new Clash("taken"));
  };
  await expect(withFreePorts({ count: 1, isClash }, start)).rejects.toThrow("taken");
  expect(tries).toBe(3);
});

test("does not repeat any other failure", async () => {
  let tries = 0;
  const start = () => {
    tries += 1;
    return Promise.reject(new Error("bad flag"));
  };
  await expect(withFreePorts({ count: 1, isClash }, start)).rejects.toThrow("bad flag");
  expect(tries).toBe(1);
});

// As etcd 3.6.4 and kube-apiserver 1.34.4 wrote them when the port was taken, and for another failure.
test.each([
  ['"msg":"discovery failed","error":"listen tcp 127.0.0.1:40773: bind: address already in use"', true],
  ["failed to listen on 127.0.0.1:46057: listen tcp 127.0.0.1:46057: bind: address already in use", true],
  ["Error: unknown flag: --no-such", false],
])("knows a taken port in a log: %s", (log, expected) => {
  expect(saysPortIsTaken(log)).toBe(expected);
});
