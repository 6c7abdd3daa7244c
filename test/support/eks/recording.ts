import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../fixtures/eks-cases/", import.meta.url));

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly signingAccessKeyId: string;
  readonly signingRegion: string;
  readonly signingService: string;
  readonly body?: Readonly<Record<string, string>>;
}

export interface ClusterFixture {
  readonly describeCluster: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  } | null;
  readonly assumeRole: {
    readonly status: number;
    readonly accessKeyId?: string;
    readonly secretAccessKey?: string;
    readonly sessionToken?: string;
    readonly code?: string;
    readonly message?: string;
  } | null;
}

/** What aws did; README.md beside the files tells the keys. */
export interface EksRecording {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly fakeTime?: string;
  readonly umask?: string;
  readonly cwd?: string;
  readonly filesBefore?: Readonly<Record<string, string>>;
  readonly filesAfter?: Readonly<Record<string, string>>;
  readonly modesBefore?: Readonly<Record<string, string>>;
  readonly modesAfter?: Readonly<Record<string, string>>;
  readonly dirsBefore?: Readonly<Record<string, string>>;
  readonly dirsAfter?: Readonly<Record<string, string>>;
  readonly symlinksBefore?: Readonly<Record<string, string>>;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly requests?: readonly RecordedRequest[];
  readonly clusterFixture: ClusterFixture;
}

/** The recordings whose names start so, as version 2 of aws has them (decision 0075). */
export function eksRecordings(prefix: string): readonly EksRecording[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith(".json"));
  return names.sort().map((name) => {
    const { v2, ...first } = JSON.parse(readFileSync(folder + name, "utf8")) as EksRecording & {
      v2: "same" | Partial<EksRecording>;
    };
    return { ...first, ...(v2 === "same" ? {} : v2), name: basename(name, ".json") };
  });
}
