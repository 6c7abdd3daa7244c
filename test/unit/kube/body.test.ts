import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { collectBody } from "../../../src/kube/internal/body.ts";
import { WireFailure } from "../../../src/kube/internal/wire.ts";

const rules = (stream: PassThrough, signal = new AbortController().signal) => ({
  signal,
  hasClosed: () => stream.closed,
  isWhole: () => true,
  failure: () => new WireFailure("connection reset", { stage: "lost", passing: true }),
});

const close = (stream: PassThrough, error?: Error): Promise<void> =>
  new Promise((resolve) => {
    stream.on("error", () => undefined).once("close", resolve);
    stream.destroy(error);
  });

describe("collectBody", () => {
  it("gives all bytes of a body that ended", async () => {
    const stream = new PassThrough();
    const collected = collectBody(stream, rules(stream));
    stream.write("one ");
    stream.end("two");
    expect((await collected).toString()).toBe("one two");
  });

  it("fails when the connection breaks meanwhile", async () => {
    const stream = new PassThrough();
    const collected = collectBody(stream, rules(stream));
    stream.destroy(new Error("ECONNRESET"));
    await expect(collected).rejects.toThrow("connection reset");
  });

  // Headers and the end of their connection may arrive together: nobody listens yet when the stream closes.
  it("fails when the connection broke before it was asked", async () => {
    const stream = new PassThrough();
    await close(stream, new Error("ECONNRESET"));
    await expect(collectBody(stream, rules(stream))).rejects.toThrow("connection reset");
  });

  it("fails with the signal's reason when that came first", async () => {
    const stream = new PassThrough();
    const aborted = new AbortController();
    aborted.abort(new Error("interrupted"));
    await close(stream);
    await expect(collectBody(stream, rules(stream, aborted.signal))).rejects.toThrow("interrupted");
  });

  it("fails with the signal's reason though the stream stays open", async () => {
    const stream = new PassThrough();
    const aborted = new AbortController();
    const collected = collectBody(stream, rules(stream, aborted.signal));
    aborted.abort(new Error("no answer within 30 s"));
    await expect(collected).rejects.toThrow("no answer within 30 s");
  });
});
