import { describe, expect, it } from "vitest";
import { suggestCommand } from "../../../src/federation/suggest.ts";

describe("suggestCommand", () => {
  it("leaves out what is the default", () => {
    expect(suggestCommand("get clusters", { kubefedNamespace: "kube-federation-system" })).toBe("fedctl get clusters");
  });

  it("addresses the same host cluster, control plane and kubeconfig, quoted for a shell", () => {
    const address = { hostClusterContext: "it's", kubefedNamespace: "fed", kubeconfig: "my files/config" };
    expect(suggestCommand("unjoin vulcan", address)).toBe(
      "fedctl unjoin vulcan --host-cluster-context 'it'\\''s' --kubefed-namespace fed --kubeconfig 'my files/config'",
    );
  });
});
