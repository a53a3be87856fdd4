import { progress } from "../machine/say.ts";
import type { Finding } from "../results/finding.ts";
import { type Door, measure, type Sample, type Stand } from "./measure.ts";
import { hopsTable, rateTable } from "./tables.ts";
import type { Task } from "./tasks.ts";

export type Measured = { task: Task; samples: Record<Door, { one: Sample[]; many: Sample[] }> };

const doors = ["gateway", "service"] as const;

/** As many as billing's pool has connections, and half as many again. */
const connections = { one: 1, many: 16 } as const;

/** Each round has every task at both doors, seconds apart; with one connection, then with many. */
export async function measureTasks(
  stand: Stand,
  tasks: readonly Task[],
  { rounds, seconds }: { rounds: number; seconds: number },
) {
  const all = tasks.map((task): Measured => {
    return { task, samples: { gateway: { one: [], many: [] }, service: { one: [], many: [] } } };
  });
  for (const { task } of all) {
    progress(`warming up: ${task.title}`);
    for (const door of doors) {
      await measure(stand, door, task.calls(), { connections: connections.many, seconds });
    }
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const { task, samples } of all) {
      progress(`round ${round} of ${rounds}: ${task.title}`);
      for (const load of ["one", "many"] as const) {
        for (const door of doors) {
          const asked = { connections: connections[load], seconds };
          const sample = await measure(stand, door, task.calls(), asked);
          samples[door][load].push(sample);
          progress(`  ${door.padEnd(8)} ${load.padEnd(4)} ${describe(sample)}`);
        }
      }
    }
  }
  return { sections: [rateTable(all), hopsTable(all)], findings: all.map(errorsOf) };
}

function describe({ requests, seconds, p50Ms, errors }: Sample): string {
  const failed = errors === 0 ? "" : `, ${errors} errors`;
  return `${Math.round(requests / seconds)}/s, p50 ${p50Ms.toFixed(2)} ms${failed}`;
}

function errorsOf({ task, samples }: Measured): Finding {
  const every = doors.flatMap((door) => [...samples[door].one, ...samples[door].many]);
  const found = every.reduce((sum, { errors }) => sum + errors, 0);
  const what = `billing, ${task.title}: errors`;
  return { what, bound: "at most", wanted: 0, found, unit: "", digits: 0, noise: 0 };
}
