import { describe, expect, test } from "vitest";
import { parseKubeconfig } from "../../../src/kubeconfig/parse.ts";

function extensionOf(scalar: string): unknown {
  const config = parseKubeconfig(`extensions:\n- name: s\n  extension: ${scalar}\n`, "f");
  return config.extensions.get("s");
}

// Each line was given to kubectl 1.34, with the same result.
describe("scalars are YAML 1.1 as Go reads it", () => {
  test.each([
    ...["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"].map((text) => ({ text, value: true })),
    ...["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"].map((text) => ({
      text,
      value: false,
    })),
    ...["~", "null", "Null", "NULL", ""].map((text) => ({ text, value: null })),
    ...[
      "yEs",
      "oN",
      "tRue",
      "nUll",
      "1:30",
      "190:20:30.15",
      "2024-01-02",
      "2024-01-02T03:04:05Z",
      "!!timestamp 2001-01-01",
    ].map((text) => ({ text, value: text.replace("!!timestamp ", "") })),
    ...[
      ".",
      "-.",
      "+",
      "_1",
      "0x",
      "0b",
      "0o",
      "1e",
      "e3",
      ".e3",
      "._5",
      "1,000",
      "1.5.2",
      "10.0.0.1",
      "1e400",
      "Infinity",
      "NaN",
      "=",
    ].map((text) => ({ text, value: text })),
    { text: "012", value: 10 },
    { text: "0o17", value: 15 },
    { text: "0O17", value: 15 },
    { text: "-0o7", value: -7 },
    { text: "08", value: 8 },
    { text: "0x1f", value: 31 },
    { text: "0X1F", value: 31 },
    { text: "0b101", value: 5 },
    { text: "-0b101", value: -5 },
    { text: "1_000", value: 1000 },
    { text: "1_0.5", value: 10.5 },
    { text: "1e3", value: 1000 },
    { text: "1e3_0", value: 1e30 },
    { text: ".5", value: 0.5 },
    { text: ".5e3", value: 500 },
    { text: "1.", value: 1 },
    { text: "+12", value: 12 },
    { text: "9223372036854775807", value: 9223372036854775807n },
    { text: "123456789012345678901234567890", value: 1.2345678901234568e29 },
    { text: "0777777777777777777777777", value: 7.777777777777778e23 },
    { text: "!!str 012", value: "012" },
    { text: '"012"', value: "012" },
    { text: '!!int "12"', value: 12 },
    { text: "!!binary aGk=", value: "hi" },
    {
      text: "{y: 1, 2: b, 1.5: c}",
      value: new Map<string, unknown>([
        ["true", 1],
        ["2", "b"],
        ["1.5", "c"],
      ]),
    },
  ])("$text", ({ text, value }) => {
    expect(extensionOf(text)).toEqual(value);
  });

  test.each([
    { text: ".inf", message: "json: unsupported value: +Inf" },
    { text: "-.inf", message: "json: unsupported value: -Inf" },
    { text: ".nan", message: "json: unsupported value: NaN" },
  ])("$text is refused", ({ text, message }) => {
    expect(() => extensionOf(text)).toThrow(message);
  });
});

describe("strict types, in Go's words", () => {
  const typeMeta =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  const notObject = (kind: string): string =>
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${kind} into Go value of type ${typeMeta}`;
  const into = (value: string, field: string, type: string): string =>
    `json: cannot unmarshal ${value} into Go struct field ${field} of type ${type}`;
  test.each([
    { text: "x", message: notObject("string") },
    { text: "- 1", message: notObject("array") },
    { text: "42", message: notObject("number") },
    { text: "true", message: notObject("bool") },
    { text: "kind: 3", message: "couldn't get version/kind; json parse error: " + into("number", ".kind", "string") },
    { text: "kind: Pod", message: 'no kind "Pod" is registered for version "v1"' },
    { text: "apiVersion: v9", message: 'no kind "Config" is registered for version "v9"' },
    { text: "clusters: x", message: into("string", "Config.clusters", "[]v1.NamedCluster") },
    { text: "clusters: [x]", message: into("string", "Config.clusters", "v1.NamedCluster") },
    { text: "clusters: [{cluster: x}]", message: into("string", "NamedCluster.clusters.cluster", "v1.Cluster") },
    {
      text: "clusters: [{cluster: {server: 1}}]",
      message: into("number", "Cluster.clusters.cluster.server", "string"),
    },
    {
      text: 'clusters: [{cluster: {insecure-skip-tls-verify: "true"}}]',
      message: into("string", "Cluster.clusters.cluster.insecure-skip-tls-verify", "bool"),
    },
    {
      text: "clusters: [{cluster: {certificate-authority-data: 12}}]",
      message: into("number", "Cluster.clusters.cluster.certificate-authority-data", "[]uint8"),
    },
    {
      text: "clusters: [{cluster: {extensions: [{name: 3}]}}]",
      message: into("number", "NamedExtension.clusters.cluster.extensions.name", "string"),
    },
    { text: "users: [{user: {token: 1}}]", message: into("number", "AuthInfo.users.user.token", "string") },
    { text: "users: [{name: 7}]", message: into("number", "NamedAuthInfo.users.name", "string") },
    {
      text: "users: [{user: {exec: {command: on}}}]",
      message: into("bool", "ExecConfig.users.user.exec.command", "string"),
    },
    {
      text: "users: [{user: {exec: {args: [1]}}}]",
      message: into("number", "ExecConfig.users.user.exec.args", "string"),
    },
    {
      text: "users: [{user: {exec: {env: [x]}}}]",
      message: into("string", "ExecConfig.users.user.exec.env", "v1.ExecEnvVar"),
    },
    {
      text: "users: [{user: {as-user-extra: {a: x}}}]",
      message: into("string", "AuthInfo.users.user.as-user-extra", "[]string"),
    },
    {
      text: "users: [{user: {auth-provider: {config: {a: 1}}}}]",
      message: into("number", "AuthProviderConfig.users.user.auth-provider.config", "string"),
    },
    { text: "current-context: 1", message: into("number", "Config.current-context", "string") },
    // Go sorts the keys before it decodes, so the first finding is not the first in the file.
    {
      text: "users: [{user: {token: 1}}]\nclusters: [{name: 1, cluster: {server: 2}}]",
      message: into("number", "Cluster.clusters.cluster.server", "string"),
    },
  ])("$text", ({ text, message }) => {
    expect(failureOf(text)).toBe(message);
  });
});

describe("base64 is Go's standard alphabet with padding", () => {
  const withData = (data: string): string =>
    `clusters: [{cluster: {certificate-authority-data: ${JSON.stringify(data)}}}]`;

  // The offsets are kubectl's.
  test.each([
    { data: "@@@", byte: 0 },
    { data: "_-8=", byte: 0 },
    { data: "YQ", byte: 0 },
    { data: "YWJjZA", byte: 4 },
    { data: "YWJj=", byte: 4 },
    { data: "YQ=", byte: 3 },
    { data: "YQ=a", byte: 2 },
    { data: "YQ==YQ==", byte: 4 },
    { data: "YWI=x", byte: 4 },
    { data: "YW\nJj Z", byte: 5 },
  ])("$data is refused at byte $byte", ({ data, byte }) => {
    expect(failureOf(withData(data))).toBe(`illegal base64 data at input byte ${byte}`);
  });

  test("line breaks are ignored", () => {
    const config = parseKubeconfig(withData("YW\r\nJ\njZA=\n=\n"), "f");
    expect(config.clusters.get("")?.certificateAuthorityData).toEqual(Buffer.from("abcd"));
  });
});

describe("syntax errors, in libyaml's words and without the text", () => {
  test.each([
    { text: "kind: [\n", message: "yaml: line 1: did not find expected node content" },
    { text: "a: b: c\n", message: "yaml: mapping values are not allowed in this context" },
    { text: "a:\n  b: 1\n c: 2\n", message: "yaml: line 2: did not find expected key" },
    { text: 'a: "x\n', message: "yaml: line 2: found unexpected end of stream" },
    { text: "a: @x\n", message: "yaml: found character that cannot start any token" },
    { text: "a:\n\tb: 1\n", message: "yaml: line 2: found character that cannot start any token" },
    { text: "a: {b: 1\n", message: "yaml: line 1: did not find expected ',' or '}'" },
    { text: "a: [1,2\nb: 3\n", message: "yaml: line 1: did not find expected ',' or ']'" },
    { text: "a: 1\nb\n", message: "yaml: line 3: could not find expected ':'" },
    { text: "a\nb: 1\n", message: "yaml: line 2: mapping values are not allowed in this context" },
    { text: "a: *x\n", message: "yaml: unknown anchor 'x' referenced" },
    { text: "a: &x [*x]\n", message: "yaml: anchor value contains itself" },
    { text: 'token: "s3cret" s3cret\n', message: "yaml: did not find expected key" },
  ])("$text", ({ text, message }) => {
    expect(failureOf(text)).toBe(message);
  });
});

describe("what an entry keeps", () => {
  test("the file it came from, as it was named", () => {
    const text = "clusters: [{name: c}]\nusers: [{name: u}]\ncontexts: [{name: x}]\n";
    const config = parseKubeconfig(text, "some/where");
    const origins = [config.clusters.get("c"), config.users.get("u"), config.contexts.get("x")].map(
      (entry) => entry?.origin,
    );
    expect(origins).toEqual(["some/where", "some/where", "some/where"]);
  });

  test.each([
    { apiVersion: "client.authentication.k8s.io/v1beta1", mode: "IfAvailable" },
    { apiVersion: "client.authentication.k8s.io/v1alpha1", mode: "IfAvailable" },
    { apiVersion: "client.authentication.k8s.io/v1", mode: "" },
  ])("exec of $apiVersion has interactiveMode '$mode' when it names none", ({ apiVersion, mode }) => {
    const config = parseKubeconfig(`users: [{name: u, user: {exec: {apiVersion: ${apiVersion}, command: p}}}]`, "f");
    expect(config.users.get("u")?.exec?.interactiveMode).toBe(mode);
  });

  test("null stands for absent, everywhere", () => {
    const text = "clusters: [{name: c, cluster: null}, null]\nusers: null\ncontexts: [{name: x}]\ncurrent-context: ~\n";
    const config = parseKubeconfig(text, "f");
    expect([...config.clusters.keys()]).toEqual(["c", ""]);
    expect(config.contexts.get("x")).toMatchObject({ cluster: "", user: "", namespace: "" });
    expect(config.currentContext).toBe("");
  });
});

function failureOf(text: string): string {
  try {
    parseKubeconfig(text, "f");
    return "nothing was thrown";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
