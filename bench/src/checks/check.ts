import type { Surroundings } from "../peers/peer.ts";
import type { Finding } from "../results/finding.ts";
import type { TokenFiles } from "../workloads/workload.ts";

/** What is not a comparison: a figure of the gateway's own that must keep within a bound. */
export type Check = {
  readonly name: string;
  readonly title: string;
  run(surroundings: Surroundings, tokens: TokenFiles): Promise<Finding[]>;
};
