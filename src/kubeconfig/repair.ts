import type { ConfigSet } from "./config-set.ts";
import { isBody } from "./document.ts";

const old = "client.authentication.k8s.io/v1alpha1";
const current = "client.authentication.k8s.io/v1beta1";

/** kubectl since 1.24 refuses v1alpha1; v1beta1 has the same fields. Returns the users that it changed. */
export function repairUsers(set: ConfigSet): readonly string[] {
  return set.names("users").filter((name) => {
    const user = set.entry("users", name);
    const exec = user?.get("exec");
    if (user === undefined || !isBody(exec) || exec.get("apiVersion") !== old) return false;
    set.putEntry("users", name, new Map([...user, ["exec", new Map([...exec, ["apiVersion", current]])]]));
    return true;
  });
}
