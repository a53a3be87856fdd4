import cluster, { type Worker as Child } from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "@tollgate/shared/config";
import type { Log } from "@tollgate/shared/log";
import { type Channel, createChannel } from "./channel.ts";
import type { PrimaryAnswers, WorkerAnswers } from "./protocol.ts";

export type Member = {
  readonly id: number;
  readonly pid: number | undefined;
  readonly ask: Channel<WorkerAnswers>["ask"];
  isListening: boolean;
};

export type Crew = {
  readonly members: ReadonlyMap<number, Member>;
  /** Resolves with the port when all listen; rejects with the faults of their configuration. */
  start(): Promise<number>;
  /** Has all of them drain; what is left after `deadlineMs` is killed. */
  stop(deadlineMs: number): Promise<void>;
};

export type CrewDeps = {
  log: Log;
  answersFor: (id: number) => Pick<PrimaryAnswers, "routes" | "lease" | "slots">;
  onGone: (id: number) => void;
};

const steadyAfterMs = 10_000;
const firstRestMs = 100;
const longestRestMs = 5_000;

/** Keeps so many workers running: one that ends is replaced, ever later if they end at once. */
export function createCrew(count: number, { log, answersFor, onGone }: CrewDeps): Crew {
  const members = new Map<number, Member>();
  const { promise: started, resolve, reject } = Promise.withResolvers<number>();
  let quickEnds = 0;
  let hasStarted = false;
  let isStopping = false;
  let onEmpty = () => {};

  function hire(): void {
    if (isStopping) return;
    const child = cluster.fork();
    const begunAt = performance.now();
    const channel = createChannel<WorkerAnswers>((message) => send(child, message), {
      ...answersFor(child.id),
      listening: (port: number) => welcome(child.id, port),
      cannotStart: (faults: readonly string[]) => refuse(child.id, faults),
    } satisfies PrimaryAnswers);
    members.set(child.id, {
      id: child.id,
      pid: child.process.pid,
      ask: channel.ask,
      isListening: false,
    });
    child.on("message", channel.receive);
    let isGone = false;
    const end = (code: unknown, signal?: string) => {
      if (isGone) return;
      isGone = true;
      members.delete(child.id);
      channel.close();
      onGone(child.id);
      if (isStopping) return members.size === 0 ? onEmpty() : undefined;
      log.error({ event: "worker_ended", worker: child.id, code, signal }, "a worker has ended");
      void replace(performance.now() - begunAt);
    };
    child.once("exit", end);
    // One that could not be started has no exit: unheard, this would end the primary.
    child.on("error", (err) => {
      if (child.process.pid === undefined) end(err.message);
    });
  }

  async function replace(livedMs: number): Promise<void> {
    quickEnds = livedMs < steadyAfterMs ? quickEnds + 1 : 0;
    const restMs = quickEnds < 2 ? 0 : firstRestMs * 2 ** (quickEnds - 2);
    await sleep(Math.min(restMs, longestRestMs));
    try {
      hire();
    } catch (err) {
      log.error({ event: "worker_not_hired", err }, "no worker could be started");
      void replace(0);
    }
  }

  function welcome(id: number, port: number): void {
    const member = members.get(id);
    if (member === undefined) return;
    member.isListening = true;
    log.info({ event: "worker_listening", worker: id, pid: member.pid, port });
    const listening = [...members.values()].filter((each) => each.isListening);
    if (listening.length < count) return;
    hasStarted = true;
    resolve(port);
  }

  /** Only the first start can end by it: later there is a gateway that serves, and it goes on. */
  function refuse(worker: number, faults: readonly string[]): void {
    reject(new ConfigError(faults));
    if (hasStarted) log.error({ event: "worker_not_started", worker, faults }, faults.join("; "));
  }

  return {
    members,
    start() {
      for (let index = 0; index < count; index++) hire();
      return started;
    },
    async stop(deadlineMs) {
      isStopping = true;
      if (members.size === 0) return;
      const empty = new Promise<void>((done) => {
        onEmpty = done;
      });
      for (const { ask } of members.values()) ask("stop", undefined).catch(() => {});
      const kill = setTimeout(() => {
        for (const id of members.keys()) cluster.workers?.[id]?.process.kill("SIGKILL");
      }, deadlineMs);
      await empty;
      clearTimeout(kill);
    },
  };
}

/** To one that has just ended nothing can be sent: its exit is about to be heard of. */
function send(child: Child, message: unknown): void {
  if (child.isConnected()) child.send(message as object, () => {});
}
