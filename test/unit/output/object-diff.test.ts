import { expect, test } from "vitest";
import { patchOf } from "../../../src/output/object-diff.ts";

test("whole numbers beyond 2^53 are shown to the last digit", () => {
  const patch = patchOf({
    title: "vulcan widget/a",
    before: { size: 9_007_199_254_740_992n, colour: "red" },
    after: { size: 9_007_199_254_740_993n, colour: "red" },
  });
  expect(patch.split("\n")).toEqual([
    "--- vulcan widget/a (is)",
    "+++ vulcan widget/a (to be)",
    "@@ -1,2 +1,2 @@",
    " colour: red",
    "-size: 9007199254740992",
    "+size: 9007199254740993",
    "",
  ]);
});
