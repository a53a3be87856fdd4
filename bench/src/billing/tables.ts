import { markdownTable } from "../results/markdown-table.ts";
import { median } from "../results/median.ts";
import { type Door, processes, type Sample } from "./measure.ts";
import type { Measured } from "./measure-tasks.ts";

const middle = (samples: readonly Sample[], read: (sample: Sample) => number) =>
  median(samples.map(read));

/** How much of each there is in a second, and how long one takes. */
export function rateTable(all: readonly Measured[]): string {
  const rate = ({ requests, seconds }: Sample) => requests / seconds;
  const rows = all.map(({ task, samples }) => {
    const cells = (door: Door) => {
      const { one, many } = samples[door];
      return [Math.round(middle(many, rate)).toLocaleString("en"), waits(many), waits(one)];
    };
    return [task.title, ...cells("service"), ...cells("gateway")];
  });
  const at = (door: string) => [`${door}: a second`, "p50 / p99 ms", "alone"];
  return markdownTable(
    ["16 connections, and one alone", ...at("directly"), ...at("through the gateway")],
    rows,
  );
}

function waits(samples: readonly Sample[]): string {
  const [p50, p99] = [middle(samples, (each) => each.p50Ms), middle(samples, (each) => each.p99Ms)];
  return `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
}

/** What a request through the gateway costs each process, and what the gateway adds to its wait. */
export function hopsTable(all: readonly Measured[]): string {
  const rows = all.map(({ task, samples }) => {
    const costs = processes.map((each) => middle(samples.gateway.many, ({ cpu }) => cpu[each]));
    const whole = costs.reduce((sum, cost) => sum + cost, 0);
    const shares = costs.map((cost) => `${Math.round(cost)} (${percent(cost / whole)})`);
    const [through, direct] = [samples.gateway.one, samples.service.one].map((each) =>
      middle(each, ({ p50Ms }) => p50Ms),
    ) as [number, number]; // one for each of the two
    const added = `${(through - direct).toFixed(2)} of ${through.toFixed(2)}`;
    return [task.title, ...shares, `${added} (${percent((through - direct) / through)})`];
  });
  const head = processes.map((each) => `${each}, CPU µs`);
  return markdownTable(["A request through the gateway", ...head, "the gateway's ms of p50"], rows);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
