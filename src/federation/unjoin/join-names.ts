import { rbacNames } from "../names.ts";

/** With which the names of all roles and bindings begin that a join makes. */
export const rbacPrefix = rbacNames("", "").manager;
