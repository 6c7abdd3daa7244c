import { describe, expect, test } from "vitest";
import { FedctlError } from "../../../src/errors.ts";
import {
  credentialSecretName,
  isSubdomain,
  rbacNames,
  requireClusterName,
  requireHostClusterName,
  requireSecretName,
  serviceAccountName,
} from "../../../src/federation/names.ts";

function errorOf(check: () => void): FedctlError | undefined {
  try {
    check();
  } catch (error) {
    if (error instanceof FedctlError) return error;
    throw error;
  }
  return undefined;
}

const arn = "arn:aws:eks:eu-west-1:123456789012:cluster/prod";

describe("serviceAccountName", () => {
  test.each([
    ["vulcan", "earth", "vulcan-earth"],
    ["vulcan.example.com", "kind-earth", "vulcan.example.com-kind-earth"],
    ["c2", "10.0.0.1", "c2-10.0.0.1"],
  ])("of %s and %s is kubefedctl's", (cluster, host, expected) => {
    expect(serviceAccountName(cluster, host)).toBe(expected);
  });

  test.each([
    ["an EKS ARN", arn, /^vulcan-arn-aws-eks-eu-west-1-123456789012-cluster-prod-[a-z0-9]{8}$/],
    ["kubeadm's user@cluster", "kubernetes-admin@kubernetes", /^vulcan-kubernetes-admin-kubernetes-[a-z0-9]{8}$/],
    ["GKE's underscores", "gke_project_zone_name", /^vulcan-gke-project-zone-name-[a-z0-9]{8}$/],
    ["upper case", "Earth", /^vulcan-earth-[a-z0-9]{8}$/],
    ["a name of nothing but signs", "__", /^vulcan-[a-z0-9]{8}$/],
    ["no name at all", "", /^vulcan-[a-z0-9]{8}$/],
    ["letters of other scripts", "Земля", /^vulcan-[a-z0-9]{8}$/],
    ["dots beside dashes", "a-.b_c", /^vulcan-a\.b-c-[a-z0-9]{8}$/],
  ])("of %s is a valid one that a person recognises", (_what, host, expected) => {
    const name = serviceAccountName("vulcan", host);
    expect(name).toMatch(expected);
    expect(isSubdomain(name)).toBe(true);
    expect(serviceAccountName("vulcan", host)).toBe(name);
  });

  test("differs where only what is left out differs", () => {
    const names = ["a_b", "a@b", "a/b", "A_b", "a__b"].map((host) => serviceAccountName("vulcan", host));
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([200, 253, 1000])("of a host name of %i characters fits", (length) => {
    const name = serviceAccountName("vulcan", "h".repeat(length));
    expect(name.length).toBeLessThanOrEqual(253);
    expect(isSubdomain(name)).toBe(true);
  });
});

test("rbacNames are kubefedctl's", () => {
  expect(rbacNames("vulcan-earth", "kube-federation-system")).toEqual({
    manager: "kubefed-controller-manager:vulcan-earth",
    healthCheck: "kubefed-controller-manager:kube-federation-system:healthcheck-vulcan-earth",
  });
});

describe("credentialSecretName", () => {
  test("looks generated, and is the same every time", () => {
    const name = credentialSecretName("vulcan", "b6a6f4b4-0001");
    expect(name).toMatch(/^vulcan-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(credentialSecretName("vulcan", "b6a6f4b4-0001")).toBe(name);
  });

  test("depends on the control plane and on the cluster", () => {
    const suffixes = [
      credentialSecretName("vulcan", "one"),
      credentialSecretName("vulcan", "other"),
      credentialSecretName("mars", "one"),
    ].map((name) => name.slice(-5));
    expect(new Set(suffixes).size).toBe(3);
  });

  test("is valid for the longest name of a cluster", () => {
    const longest = "c".repeat(247);
    requireClusterName(longest);
    expect(isSubdomain(credentialSecretName(longest, "one"))).toBe(true);
  });
});

describe("requireClusterName", () => {
  test.each(["vulcan", "v", "0", "vulcan-2", "vulcan.example.com", "c".repeat(247)])("takes %s", (name) => {
    expect(
      errorOf(() => {
        requireClusterName(name);
      }),
    ).toBeUndefined();
  });

  test.each([
    ["", "cluster"],
    ["Vulcan", "vulcan"],
    ["vul_can", "vul-can"],
    ["-vulcan", "vulcan"],
    ["vulcan-", "vulcan"],
    ["vulcan..prod", "vulcan.prod"],
    ["vulcan/prod", "vulcan-prod"],
    ["..", "cluster"],
    [arn, "arn-aws-eks-eu-west-1-123456789012-cluster-prod"],
    ["kubernetes-admin@kubernetes", "kubernetes-admin-kubernetes"],
    ["c".repeat(248), "c".repeat(63)],
  ])("refuses %s and proposes another", (name, proposal) => {
    expect(
      errorOf(() => {
        requireClusterName(name);
      }),
    ).toMatchObject({
      code: "InvalidName",
      exitCode: 2,
      hint: `choose another name and point to the context, as in: fedctl join ${proposal} --cluster-context ${name === "" ? "''" : name}`,
    });
  });

  test("points to the context that was given", () => {
    const error = errorOf(() => {
      requireClusterName("Bad", "my vulcan");
    });
    expect(error).toMatchObject({ hint: expect.stringMatching(/ --cluster-context 'my vulcan'$/) as unknown });
  });
});

test.each(["Secret", "a_b", "..", "s".repeat(254)])("requireSecretName refuses %s", (name) => {
  expect(
    errorOf(() => {
      requireSecretName(name);
    }),
  ).toMatchObject({ code: "InvalidName", exitCode: 2 });
});

test.each([undefined, "c2-secret", "s".repeat(253)])("requireSecretName takes %s", (name) => {
  expect(
    errorOf(() => {
      requireSecretName(name);
    }),
  ).toBeUndefined();
});

test.each([arn, "a:b", "a/b"])("requireHostClusterName refuses %s as kubefedctl does", (name) => {
  expect(
    errorOf(() => {
      requireHostClusterName(name);
    }),
  ).toMatchObject({ code: "Usage", exitCode: 2 });
});

test.each([undefined, "earth", "kubernetes-admin@kubernetes"])("requireHostClusterName takes %s", (name) => {
  expect(
    errorOf(() => {
      requireHostClusterName(name);
    }),
  ).toBeUndefined();
});
