import { setTimeout as sleep } from "node:timers/promises";
import { BenchError } from "./bench-error.ts";

/** A Node process seen from inside, over its inspector. */
export type Inspector = Disposable & {
  /** Bytes of live JavaScript objects, after a full collection. */
  liveHeapBytes(): Promise<number>;
  /** What keeps the event loop alive, by kind: `{ TCPSocketWrap: 2, Timeout: 1 }`. */
  activeResources(): Promise<Record<string, number>>;
  /** Where the time goes while `work` lasts, sampled every 200 µs. */
  profileDuring(work: () => Promise<unknown>): Promise<CpuProfile>;
};

/** What V8's profiler says: a tree of calls, and a node of it for each sample. */
export type CpuProfile = {
  nodes: readonly CallNode[];
  samples: readonly number[];
  /** Microseconds from one sample to the next. */
  timeDeltas: readonly number[];
};

export type CallNode = {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: readonly number[];
};

type Reply = { id: number; result?: Record<string, unknown>; error?: { message: string } };

/** For a process that was started with `--inspect=127.0.0.1:<port>`. */
export async function attachInspector(port: number): Promise<Inspector> {
  const socket = new WebSocket(await endpoint(port));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new BenchError("No inspector")), { once: true });
  });
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  let last = 0;
  socket.addEventListener("message", ({ data }) => {
    const reply: Reply = JSON.parse(String(data));
    const waiter = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.error) waiter?.reject(new BenchError(`The inspector says: ${reply.error.message}`));
    else waiter?.resolve(reply.result ?? {});
  });

  function ask(method: string, params: object = {}): Promise<Record<string, unknown>> {
    last += 1;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(last, answer);
    socket.send(JSON.stringify({ id: last, method, params }));
    return answer.promise;
  }

  return {
    async liveHeapBytes() {
      await ask("HeapProfiler.collectGarbage");
      await ask("HeapProfiler.collectGarbage"); // what finalizers let go of
      return Number((await ask("Runtime.getHeapUsage")).usedSize);
    },
    async activeResources() {
      const expression = "JSON.stringify(process.getActiveResourcesInfo())";
      const { result } = await ask("Runtime.evaluate", { expression });
      const names: string[] = JSON.parse((result as { value: string }).value);
      const counts: Record<string, number> = {};
      for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
      return counts;
    },
    async profileDuring(work) {
      await ask("Profiler.enable");
      await ask("Profiler.setSamplingInterval", { interval: 200 });
      await ask("Profiler.start");
      await work();
      const { profile } = await ask("Profiler.stop");
      return profile as CpuProfile;
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

async function endpoint(port: number): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const targets = await fetch(`http://127.0.0.1:${port}/json/list`).then(
      (response) => response.json() as Promise<{ webSocketDebuggerUrl: string }[]>,
      () => [],
    );
    const [target] = targets;
    if (target !== undefined) return target.webSocketDebuggerUrl;
    await sleep(100);
  }
  throw new BenchError("No inspector came up");
}
