import type { Metrics } from "@tollgate/shared/health";
import { AggregatorRegistry, type Registry } from "prom-client";
import type { MetricsSnapshot } from "./protocol.ts";

export type MergedMetrics = Metrics & {
  /** Takes note of what the workers have counted, for the case that one of them ends. */
  refresh(): Promise<void>;
  /** A worker is gone: what it counted stays counted. */
  retire(worker: number): void;
};

export type AskForMetrics = () => [worker: number, snapshot: Promise<MetricsSnapshot>][];

const patienceMs = 1_000;
/** Only what adds up outlives its process; a gauge of the dead says nothing. */
const lasting = new Set(["counter", "histogram", "summary"]);

/** The figures of all processes as those of one gateway; a worker that is late shows its last ones. */
export function createMergedMetrics(own: Registry, askAll: AskForMetrics): MergedMetrics {
  const last = new Map<number, MetricsSnapshot>();
  let retired: MetricsSnapshot = [];
  let retiring: Promise<void> = Promise.resolve();

  async function refresh(): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patienceMs);
    const asked = askAll().map(async ([worker, snapshot]) => {
      last.set(worker, await snapshot);
    });
    await Promise.race([Promise.allSettled(asked), late]);
    clearTimeout(timer);
  }

  return {
    contentType: own.contentType,
    refresh,
    async metrics() {
      await refresh();
      await retiring; // a sum with a gap in it would look like a restart
      const mine = (await own.getMetricsAsJSON()) as MetricsSnapshot;
      return await AggregatorRegistry.aggregate([mine, ...last.values(), retired]).metrics();
    },
    retire(worker) {
      retiring = retiring.then(async () => {
        const counted = (last.get(worker) ?? []).filter(({ type }) => lasting.has(String(type)));
        const sum = AggregatorRegistry.aggregate([retired, counted]);
        retired = (await sum.getMetricsAsJSON()) as MetricsSnapshot;
        last.delete(worker);
      });
    },
  };
}
