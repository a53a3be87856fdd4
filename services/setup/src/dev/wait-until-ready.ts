import { setTimeout as pause } from "node:timers/promises";
import { DevError } from "./dev-error.ts";
import type { Ports } from "./ports.ts";

export type Readiness = { ports: Ports; tell: (line: string) => void; stopped: AbortSignal };

/** Returns once all of them can serve; tells after a while, and whenever it changes, which cannot. */
export async function waitUntilReady(
  names: (keyof Ports["admin"])[],
  { ports, tell, stopped }: Readiness,
): Promise<void> {
  const begun = Date.now();
  let told = "";
  for (;;) {
    const asked = names.map((name) => whatIsMissing(name, ports.admin[name]));
    const missing = (await Promise.all(asked)).filter(Boolean).join("; ");
    if (missing === "") return;
    const waitedMs = Date.now() - begun;
    if (waitedMs > patienceMs) throw new DevError(`Not ready: ${missing}`);
    if (missing !== told && waitedMs > 3_000) {
      tell(`waiting: ${missing}`);
      told = missing;
    }
    await pause(100);
    stopped.throwIfAborted();
  }
}

const patienceMs = 60_000;

async function whatIsMissing(name: string, port: number): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(5_000),
    });
    if (response.ok) return "";
    const { checks } = (await response.json()) as { checks: Record<string, string> };
    const faults = Object.entries(checks).filter(([, outcome]) => outcome !== "ok");
    return `${name} (${faults.map(([check, reason]) => `${check}: ${reason}`).join(", ")})`;
  } catch {
    return `${name} (no answer)`;
  }
}
