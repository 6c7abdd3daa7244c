import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FedctlError } from "../../../src/errors.ts";
import {
  type Attempt,
  failureOf,
  interruptedError,
  outcomeUnknownError,
  readServerFailure,
  serverError,
  unreachableError,
} from "../../../src/kube/errors.ts";
import { WireFailure } from "../../../src/kube/internal/wire.ts";

interface Recording {
  readonly answers: Readonly<Record<string, { readonly status: number; readonly body: unknown }>>;
}

/** What kube-apiserver v1.34.4 answered. */
const file = new URL("../../fixtures/kube/refusals.json", import.meta.url);
const { answers } = JSON.parse(readFileSync(file, "utf8")) as Recording;

function recorded(name: string): { readonly status: number; readonly body: string } {
  const answer = answers[name];
  if (answer === undefined) throw new Error(`nothing was recorded as ${name}`);
  const { status, body } = answer;
  return { status, body: typeof body === "string" ? body : JSON.stringify(body) };
}

const attempt: Attempt = {
  verb: "create",
  what: 'secrets "s" in namespace "x"',
  context: "earth",
  user: "bob",
  namespace: "x",
};

describe("an answer that refuses", () => {
  test.each([
    ["forbidden", "ServerForbidden", 'secrets is forbidden: User "bob" cannot create resource "secrets"'],
    ["notFound", "ServerNotFound", 'configmaps "missing" not found'],
    ["alreadyExists", "ServerAlreadyExists", 'configmaps "a" already exists'],
    ["conflict", "ServerConflict", 'Operation cannot be fulfilled on configmaps "a": the object has been modified'],
    ["invalid", "ServerInvalid", 'ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value'],
    ["unauthorized", "ServerUnauthorized", "Unauthorized"],
    ["badRequest", "ServerError", 'ConfigMap in version "v1" cannot be handled as a ConfigMap'],
    ["expiredContinue", "ServerError", "The provided continue parameter is too old"],
    ["methodNotAllowed", "ServerError", "the server does not allow this method"],
    ["namespaceMissing", "ServerNotFound", 'namespaces "nowhere" not found'],
    ["unknownPath", "ServerNotFound", "the server answered 404: 404 page not found"],
  ])("%s is %s and keeps the server's sentence", (name, code, sentence) => {
    const { status, body } = recorded(name);
    const error = serverError(attempt, readServerFailure(status, body));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`cannot create secrets "s" in namespace "x" of cluster "earth": ${sentence}`);
    expect(error.message).not.toContain("\n");
    expect(failureOf(error)).toMatchObject({ status });
  });

  test.each([
    ["<html><body>Bad Gateway</body></html>", "the server answered 502"],
    ["", "the server answered 502"],
    ['{"error": "no Status"}', "the server answered 502"],
    ["upstream connect error\nor disconnect", "the server answered 502: upstream connect error or disconnect"],
  ])("of a proxy in between (%j) is told in a line", (body, message) => {
    expect(readServerFailure(502, body)).toEqual({ status: 502, reason: "", message, details: undefined });
  });

  test.each([
    [429, "ServerTooBusy"],
    [504, "ServerTimedOut"],
    [500, "ServerError"],
    [302, "ServerError"],
  ])("with status %i and no reason is %s", (status, code) => {
    expect(serverError(attempt, readServerFailure(status, "")).code).toBe(code);
  });

  test("in a pod has no context to name", () => {
    const error = serverError({ ...attempt, context: "" }, readServerFailure(500, ""));
    expect(error.message).toBe(
      'cannot create secrets "s" in namespace "x" of the cluster this pod runs in: the server answered 500',
    );
    expect(error.hint).toBe("look at the server: kubectl get --raw '/readyz?verbose'");
  });
});

test("a request without an answer names the URL", () => {
  const failure = new WireFailure("dial tcp 10.0.0.1:6443: connect: connection refused", { stage: "dial" });
  const error = unreachableError(attempt, { method: "POST", url: "https://10.0.0.1:6443/api" }, failure);
  expect(error).toMatchObject({
    code: "ServerUnreachable",
    message:
      'cannot create secrets "s" in namespace "x" of cluster "earth": Post "https://10.0.0.1:6443/api": dial tcp 10.0.0.1:6443: connect: connection refused',
  });
});

test("a write in doubt says so", () => {
  const failure = new WireFailure("read: connection reset by peer", { stage: "lost" });
  expect(outcomeUnknownError(attempt, failure)).toMatchObject({
    code: "WriteOutcomeUnknown",
    message:
      'cannot tell whether this was done: create secrets "s" in namespace "x" of cluster "earth": read: connection reset by peer',
  });
  expect(interruptedError(attempt, true).message).toContain("; it may have been done");
});

test("only what a server answered is a server's failure", () => {
  expect(failureOf(new Error("other"))).toBeUndefined();
  expect(failureOf(new FedctlError("Internal", "other"))).toBeUndefined();
});
