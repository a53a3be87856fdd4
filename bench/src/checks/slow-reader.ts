import { type IncomingMessage, request as send } from "node:http";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { startServer } from "@tollgate/shared/testing/start-server";
import { BenchError } from "../machine/bench-error.ts";
import { rssBytes } from "../machine/proc.ts";
import type { Peer } from "../peers/peer.ts";
import { startGateway } from "../peers/start-gateway.ts";
import type { Finding } from "../results/finding.ts";
import type { Check } from "./check.ts";
import { Zeros } from "./zeros.ts";

const gibibyte = 1_073_741_824;
const whole = 2 * gibibyte;
const first = 64 * 1_048_576;
const mostAddedMb = 64;

const route = {
  timeouts: { idle: "1m", total: "10m" },
  limits: { body: "4GiB" },
};

/** 2 GiB each way past a reader that stops every few megabytes: what piles up is in memory. */
export const slowReader: Check = {
  name: "slow-reader",
  title: "2 GiB each way with a slow reader",
  async run(surroundings) {
    await using upstream = await startServer(async (request, response) => {
      if (request.method === "GET") {
        const bytes = Number(request.headers["x-wanted"]);
        response.setHeader("content-length", bytes);
        new Zeros(bytes).pipe(response);
      } else {
        response.end(String(await readSlowly(request)));
      }
    });
    const around = { ...surroundings, upstream: upstream.url };
    await using gateway = await startGateway(around, { route });
    const authorization = `Bearer ${await surroundings.issuer.mint()}`;
    const down = (bytes: number) => download(gateway.url, authorization, bytes);
    const up = (bytes: number) => upload(gateway.url, authorization, bytes);
    // What the first requests make a process grow by is not what a long body adds.
    await down(first);
    await up(first);
    return [
      added("downloaded", await peakDuring(gateway, () => down(whole))),
      added("uploaded", await peakDuring(gateway, () => up(whole))),
    ];
  },
};

async function download(url: string, authorization: string, bytes: number): Promise<void> {
  const request = send(url, { headers: { authorization, "x-wanted": bytes } }).end();
  const response = await answerTo(request);
  expectAll(await readSlowly(response), bytes);
}

async function upload(url: string, authorization: string, bytes: number): Promise<void> {
  const headers = { authorization, "content-length": bytes };
  const request = send(url, { method: "POST", headers });
  new Zeros(bytes).pipe(request);
  const chunks = await (await answerTo(request)).toArray();
  expectAll(Number(Buffer.concat(chunks).toString()), bytes);
}

function answerTo(request: ReturnType<typeof send>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve).once("error", reject);
  });
}

function expectAll(got: number, wanted: number): void {
  if (got !== wanted) throw new BenchError(`${got} of ${wanted} bytes came through`);
}

/** Sleeps 10 ms after each 4 MiB, so that the writer is always ahead. */
async function readSlowly(body: Readable): Promise<number> {
  let read = 0;
  let nextPause = 0;
  for await (const chunk of body) {
    read += chunk.length;
    if (read < nextPause) continue;
    nextPause = read + 4 * 1_048_576;
    await sleep(10);
  }
  return read;
}

/** Megabytes of resident memory beyond what there was before. */
async function peakDuring({ pid }: Peer, work: () => Promise<void>): Promise<number> {
  const before = rssBytes(pid);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, rssBytes(pid));
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return (peak - before) / 1_000_000;
}

function added(how: string, found: number): Finding {
  const what = `2 GiB ${how} with a slow reader: memory added`;
  return { what, bound: "at most", wanted: mostAddedMb, found, unit: " MB", digits: 1, noise: 0 };
}
