import { expect, test } from "vitest";
import { renderOrphaning } from "../../../src/output/orphaning.ts";

const web = { namespace: "demo", name: "web", orphaning: "Enabled" } as const;

test("one object that was named is one word", () => {
  expect(renderOrphaning([web], { asWord: true })).toBe("Enabled\n");
});

test("several are a table", () => {
  const objects = [web, { name: "viewer", orphaning: "Disabled" } as const];
  expect(renderOrphaning(objects, { asWord: false })).toBe(
    "NAMESPACE   NAME     ORPHANING\ndemo        web      Enabled\n-           viewer   Disabled\n",
  );
});
