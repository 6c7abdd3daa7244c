import fc from "fast-check";

/** A home with kubeconfigs, and how update-kubeconfig is run in it. */
export interface Scene {
  /** By name; those of KUBECONFIG, in order, or the first for --kubeconfig. */
  readonly files: Readonly<Record<"a" | "b" | "c", string | undefined>>;
  readonly isListed: boolean;
  readonly args: readonly string[];
}

type Style = (name: string) => string;

const clusters: readonly Style[] = [
  (name) => `- cluster:\n    server: https://old\n  name: ${name}\n`,
  (name) => `- name: ${name}\n  cluster: {server: "https://x"}\n`,
  (name) => `- {name: ${name}, cluster: {server: https://y}}\n`,
  (name) => `-   name: ${name}\n    cluster:\n        server: https://z # c\n`,
];
const users: readonly Style[] = [
  (name) => `- name: ${name}\n  user:\n    token: t\n`,
  (name) => `- user: {}\n  name: ${name}\n`,
  (name) =>
    `- name: ${name}\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1alpha1\n      args: [token, -i, shop]\n      command: aws-iam-authenticator\n`,
];
const contexts = (arn: string): readonly Style[] => [
  (name) => `- context:\n    cluster: ${arn}\n    user: ${arn}\n  name: ${name}\n`,
  (name) => `- name: ${name}\n  context: {cluster: c, user: u}\n`,
];

/** What is refused, or begun anew. */
const odd = ["", "# only\n", "{}\n", "---\n", "null\n", "a: [\n", "- 1\n", "5\n", "clusters: 5\n", "users:\n- 5\n"];

function list(kind: string, arn: string, styles: readonly Style[]): fc.Arbitrary<string> {
  const names = fc.uniqueArray(fc.constantFrom(arn, "n1", "n2", "'q 3'", '"d: 4"'), { minLength: 1, maxLength: 3 });
  const style = fc.constantFrom(...styles);
  const items = fc
    .tuple(names, fc.array(style, { minLength: 3, maxLength: 3 }))
    .map(([some, how]) => `${kind}:\n${some.map((name, index) => how[index]?.(name) ?? "").join("")}`);
  return fc.oneof(
    { weight: 3, arbitrary: items },
    fc.constantFrom("", `${kind}: []\n`, `${kind}: null\n`, `${kind}:\n`),
  );
}

function file(arn: string): fc.Arbitrary<string> {
  const parts = fc.tuple(
    fc.constant("apiVersion: v1\n"),
    fc.constantFrom("kind: Config\n", ""),
    fc.constantFrom("preferences: {}\n", "preferences: null\n", ""),
    fc.constantFrom("current-context: x\n", "current-context: ''\n", "current-context: null\n", ""),
    fc.constantFrom("x-foreign: {a: [1, b]}\n", "# comment\n", ""),
    list("clusters", arn, clusters),
    list("users", arn, users),
    list("contexts", arn, contexts(arn)),
  );
  const whole = parts
    .chain((some) => fc.shuffledSubarray([...some], { minLength: some.length, maxLength: some.length }))
    .map((some) => some.join(""));
  return fc.oneof({ weight: 5, arbitrary: whole }, fc.constantFrom(...odd));
}

const optional = (flag: string, ...values: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc
    .option(fc.constantFrom(...values), { nil: undefined, freq: 2 })
    .map((value) => (value === undefined ? [] : [flag, value]));

const args = fc
  .tuple(
    optional("--alias", "al", "y z", "null", "a:b", ""),
    optional("--user-alias", "us", "u: 1", "5"),
    optional("--role-arn", "arn:aws:iam::1:role/x", ""),
    optional("--proxy-url", "socks5://p:1", ""),
    fc.constantFrom([], [], ["--dry-run"]),
  )
  .map((some) => some.flat());

export function scenes(arn: string): fc.Arbitrary<Scene> {
  const maybe = fc.option(file(arn), { nil: undefined, freq: 3 });
  return fc.record({ files: fc.record({ a: maybe, b: maybe, c: maybe }), isListed: fc.boolean(), args });
}
