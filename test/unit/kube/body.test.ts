import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { collectBody } from "../../../src/kube/internal/body.ts";
import { WireFailure } from "../../../src/kube/internal/wire.ts";

const rules = (signal = new AbortController().signal) => ({
  signal,
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
    const collected = collectBody(stream, rules());
    stream.write("one ");
    stream.end("two");
    expect((await collected).toString()).toBe("one two");
  });

  it("fails when the connection breaks meanwhile", async () => {
    const stream = new PassThrough();
    const collected = collectBody(stream, rules());
    stream.destroy(new Error("ECONNRESET"));
    await expect(collected).rejects.toThrow("connection reset");
  });

  // Headers and the end of their connection may arrive together: nobody listens yet when the stream closes.
  it("fails when the connection broke before it was asked", async () => {
    const stream = new PassThrough();
    await close(stream, new Error("ECONNRESET"));
    await expect(collectBody(stream, rules())).rejects.toThrow("connection reset");
  });

  it("fails with the signal's reason when that came first", async () => {
    const stream = new PassThrough();
    const aborted = new AbortController();
    aborted.abort(new Error("interrupted"));
    await close(stream);
    await expect(collectBody(stream, rules(aborted.signal))).rejects.toThrow("interrupted");
  });
});
