import { randomBytes } from "node:crypto";
import { type LoadResult, runWrk } from "../load/run-wrk.ts";
import { cpuMicros } from "../machine/proc.ts";
import { type Call, writeCalls } from "./call.ts";

export type Door = "gateway" | "service";

export const processes = ["gateway", "billing", "PostgreSQL"] as const;

/** Who takes part, by process id; and where each door is. */
export type Stand = {
  folder: string;
  pids: Readonly<Record<(typeof processes)[number], number>>;
  doors: Readonly<Record<Door, { origin: string; prefix: string }>>;
};

/** One run: what wrk saw, and the processor time by request of each process, in µs. */
export type Sample = LoadResult & { cpu: Record<(typeof processes)[number], number> };

export async function measure(
  { folder, pids, doors }: Stand,
  door: Door,
  calls: readonly Call[],
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Sample> {
  const { origin, prefix } = doors[door];
  const file = writeCalls(folder, prefix, calls);
  const run = randomBytes(8).toString("hex");
  const load = { script: "calls", connections, arguments: [file, run] } as const;
  const used = () => processes.map((each) => cpuMicros(pids[each]));

  const before = used();
  const result = await runWrk(origin, load, seconds, folder);
  const after = used();
  const [gateway = 0, billing = 0, postgres = 0] = after.map(
    (micros, index) => (micros - (before[index] ?? 0)) / result.requests,
  );
  return { ...result, cpu: { gateway, billing, PostgreSQL: postgres } };
}
