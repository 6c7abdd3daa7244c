import { expect, test } from "vitest";
import { KubeconfigDocument } from "../../../src/kubeconfig/document.ts";
import { redactedYaml } from "../../../src/kubeconfig/redacted.ts";

test("a kubeconfig without what gives access", () => {
  const text = `clusters: # token: in-a-comment
- cluster: {server: "https://c", certificate-authority-data: Q0E=, proxy-url: "http://me:hidden@p:1"}
  name: c
users:
- name: a
  user: {token: hidden, tokenFile: /t, client-key-data: hidden, client-certificate-data: Q0E=, x-api-secret: hidden}
- name: b
  user:
    username: me
    password: hidden
    auth-provider: {name: oidc, config: {id-token: hidden, refresh-token: hidden, client-secret: hidden, client-id: i}}
- name: c
  user:
    exec:
      args: [get-token, --token=hidden, --client-secret, hidden, --token-file, --cluster-name, shop]
      command: aws
      env:
      - {name: AWS_PROFILE, value: dev}
      - {name: AWS_SECRET_ACCESS_KEY, value: hidden}
`;
  expect(redactedYaml(new KubeconfigDocument(text, "kc", "aws"))).toBe(`clusters:
- cluster:
    server: https://c
    certificate-authority-data: Q0E=
    proxy-url: http://me:REDACTED@p:1
  name: c
users:
- name: a
  user:
    token: REDACTED
    tokenFile: /t
    client-key-data: REDACTED
    client-certificate-data: Q0E=
    x-api-secret: REDACTED
- name: b
  user:
    username: me
    password: REDACTED
    auth-provider:
      name: oidc
      config:
        id-token: REDACTED
        refresh-token: REDACTED
        client-secret: REDACTED
        client-id: i
- name: c
  user:
    exec:
      args:
      - get-token
      - --token=REDACTED
      - --client-secret
      - REDACTED
      - --token-file
      - --cluster-name
      - shop
      command: aws
      env:
      - name: AWS_PROFILE
        value: dev
      - name: AWS_SECRET_ACCESS_KEY
        value: REDACTED
`);
});
