import { expect, test } from "vitest";
import { progressLine } from "../../../src/output/progress.ts";

function terminal(isTTY: boolean): { written: string[]; stream: Parameters<typeof progressLine>[0] } {
  const written: string[] = [];
  return { written, stream: { write: (text) => void written.push(text), isTTY, columns: 60 } };
}

test("says nothing in the first second, then rewrites one line", () => {
  const { written, stream } = terminal(true);
  let now = 0;
  const line = progressLine(stream, () => now);
  line.show("federating", { done: 1, total: 4 });
  now = 1_000;
  line.show("federating", { done: 2, total: 4 });
  line.clear();
  expect(written).toStrictEqual(["\r\u001b[Kfederating [############------------] 2/4", "\r\u001b[K"]);
});

test("says nothing at all where nobody watches", () => {
  const { written, stream } = terminal(false);
  let now = 0;
  const line = progressLine(stream, () => (now += 5_000));
  line.show("federating");
  line.clear();
  expect(written).toStrictEqual([]);
});
