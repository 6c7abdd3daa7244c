import { Command } from "commander";
import type { ClusterInfo } from "../../federation/clusters/clusters.ts";
import type { Clock, FederationDeps, HostOptions } from "../../federation/deps.ts";
import type { Palette } from "../../output/colour.ts";
import type { Execute } from "../execute.ts";
import { addHostFlags, type HostFlags, hostOptions } from "../shared-options.ts";

type Run = (options: HostOptions, core: FederationDeps) => Promise<readonly ClusterInfo[]>;
const runGetClusters: Run = async (options, core) =>
  (await import("../../federation/clusters/clusters.ts")).readClusters(options, core);

export function getClustersCommand(execute: Execute, clock: Clock, run: Run = runGetClusters): Command {
  const command = new Command("clusters").alias("cluster").summary("list the clusters that are joined");
  return addHostFlags(command, { writes: false }).action(async (flags: HostFlags) => {
    let render: (clusters: readonly ClusterInfo[], colours: Palette) => string = () => "";
    await execute({
      kind: "GetClustersResult",
      flags,
      async run(core) {
        const { renderClusters } = await import("../../output/clusters.ts");
        render = (clusters, colours) => renderClusters(clusters, clock.now(), colours);
        const clusters = await run(hostOptions(flags), core);
        for (const cluster of clusters) core.report.cluster({ ...cluster });
        return clusters;
      },
      text: (clusters, colours) => render(clusters, colours),
    });
  });
}
