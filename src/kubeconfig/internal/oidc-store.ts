import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { FedctlError } from "../../errors.ts";
import { isBody, KubeconfigDocument } from "../document.ts";
import { editKubeconfigFile } from "../edit.ts";
import type { LockOptions } from "./lock-file.ts";
import { SourceFailure } from "./credential-source.ts";

/** Whose tokens they are, and the file that defines him. */
interface StoredUser {
  readonly userName: string;
  readonly origin: string;
}

type Tokens = ReadonlyMap<string, string>;

/** The provider's settings and tokens as the file has them now; undefined when that cannot be told. */
export async function readStoredConfig({ userName, origin }: StoredUser, cwd: string): Promise<Tokens | undefined> {
  try {
    const document = new KubeconfigDocument(await readFile(resolve(cwd, origin), "utf8"), origin);
    return document.config().users.get(userName)?.authProvider?.config;
  } catch {
    // It was read a moment ago; who writes to it will say what is wrong.
    return undefined;
  }
}

/** Writes the tokens where they came from, as client-go does before it uses them. @throws SourceFailure */
export async function storeTokens(
  { userName, origin }: StoredUser,
  tokens: Tokens,
  options: LockOptions & { readonly cwd: string },
): Promise<void> {
  try {
    await editKubeconfigFile(
      origin,
      (document) => {
        const provider = document.entry("users", userName)?.get("auth-provider");
        // Somebody took the user away, or made another of him: there is nothing to keep.
        if (!isBody(provider)) return;
        const config = provider.get("config");
        const fields = new Map([...(isBody(config) ? config : []), ...tokens]);
        document.mergeEntry("users", userName, { "auth-provider": new Map([...provider, ["config", fields]]) });
      },
      options,
    );
  } catch (error) {
    if (!(error instanceof FedctlError) || error.code === "Interrupted") throw error;
    throw new SourceFailure(`could not persist new tokens: ${error.message}`, error.hint);
  }
}
