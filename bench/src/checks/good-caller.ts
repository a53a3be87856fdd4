import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { runWrk } from "../load/run-wrk.ts";
import { startGateway } from "../peers/start-gateway.ts";
import { median } from "../results/median.ts";
import { workloadNamed } from "../workloads/all.ts";
import type { Check } from "./check.ts";

const everyMs = 10;
const seconds = 5;
const mostSlower = 3;

/** While forged tokens come as fast as they can, somebody with a good one asks 100 times a second. */
export const goodCaller: Check = {
  name: "good-caller",
  title: "a good caller during a flood of forged tokens",
  async run(surroundings, tokens) {
    const { folder, issuer } = surroundings;
    await using gateway = await startGateway(surroundings);
    const authorization = `Bearer ${await issuer.mint()}`;
    const flood = (duration: number) =>
      runWrk(gateway.url, workloadNamed("forged").load(tokens), duration, folder);
    await call(gateway.url, authorization, seconds); // for nothing: see warm-up
    await flood(2);
    await sleep(2_000); // the flood is forgiven after a second

    const quiet = await call(gateway.url, authorization, seconds);
    const flooding = flood(seconds + 2);
    await sleep(1_000);
    const flooded = await call(gateway.url, authorization, seconds);
    const refused = await flooding;

    return [
      {
        what: "flood of forged tokens: good requests left without a 200",
        bound: "at most",
        wanted: 0,
        found: flooded.sent - flooded.answeredMs.length,
        unit: ` of ${flooded.sent}`,
        digits: 0,
        noise: 0,
      },
      {
        what: `flood of forged tokens (${Math.round(refused.requests / refused.seconds)}/s): a good caller's p50 ÷ its quiet one`,
        bound: "at most",
        wanted: mostSlower,
        found: median(flooded.answeredMs) / median(quiet.answeredMs),
        unit: " ×",
        digits: 2,
        noise: 0,
      },
    ];
  },
};

type Calls = { sent: number; answeredMs: number[] };

/** Asks every 10 ms, whether or not the answer before is there; keeps the times of the 200s. */
async function call(url: string, authorization: string, seconds: number): Promise<Calls> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 64 });
  const answeredMs: number[] = [];
  const calls: Promise<void>[] = [];
  const ask = async () => {
    const begunAt = performance.now();
    const { statusCode, body } = await pool.request({
      path: pathname,
      method: "GET",
      headers: { authorization },
    });
    await body.dump();
    if (statusCode === 200) answeredMs.push(performance.now() - begunAt);
  };
  for (let sent = 0; sent < (seconds * 1_000) / everyMs; sent += 1) {
    calls.push(ask().catch(() => {})); // it is missing among the answered
    await sleep(everyMs);
  }
  await Promise.all(calls);
  await pool.close();
  return { sent: calls.length, answeredMs };
}
