import { expect, test } from "vitest";
import { createProgress } from "../../cluster/progress-line.ts";

function record(isTTY: boolean) {
  let nowMs = 0;
  let text = "";
  const stream = { isTTY, write: (more: string) => (text += more) };
  const progress = createProgress(stream, () => nowMs);
  const at = (ms: number, act: () => void): void => {
    nowMs = ms;
    act();
  };
  return { progress, at, text: () => text };
}

test("a terminal shows the latest state in one line", () => {
  const { progress, text } = record(true);
  progress.say("start");
  progress.update("1 of 2");
  progress.update("2 of 2");
  progress.say("done");
  expect(text()).toBe("start\n\r\u001b[K1 of 2\r\u001b[K2 of 2\r\u001b[Kdone\n");
});

test("elsewhere there is a plain line every 15 s", () => {
  const { progress, at, text } = record(false);
  progress.say("start");
  for (let second = 1; second <= 46; second += 1) {
    at(second * 1000, () => {
      progress.update(`${second} s`);
    });
  }
  expect(text()).toBe("start\n15 s\n30 s\n45 s\n");
});
