import type { Env } from "@tollgate/shared/config";
import { aborted } from "./aborted.ts";
import type { Ports } from "./ports.ts";
import { type Keeping, type Kept, keepRunning } from "./processes/keep-running.ts";
import { launchService, type ServiceLaunch } from "./processes/launch-service.ts";
import { settleAll } from "./settle-all.ts";
import { waitUntilReady } from "./wait-until-ready.ts";

type Name = "issuer" | "billing" | "gateway";

export type ServicesOptions = Omit<Keeping, "name" | "launch"> &
  Pick<ServiceLaunch, "root" | "onLine"> & {
    environments: Record<Name, Env>;
    ports: Ports;
    stopped: AbortSignal;
  };

/** Disposed of, the door closes first. */
export type Started = AsyncDisposable & {
  /** Aborted when one of them cannot be kept running. */
  failed: AbortSignal;
};

/** Resolves when all three can serve, or throws what is wrong with any of them. */
export async function startServices(options: ServicesOptions): Promise<Started> {
  await using opened = new AsyncDisposableStack();
  const issuer = opened.use(startService("issuer", options));
  const isOver = aborted(options.stopped);
  // Whoever asks for the issuer's keys before it has any does not ask again for a while.
  const issuerReady = Promise.race([waitUntilReady(["issuer"], options), aborted(issuer.failed)]);
  await Promise.race([issuerReady.catch(() => {}), isOver]);

  const billing = opened.use(startService("billing", options));
  const gateway = opened.use(startService("gateway", options));
  const failed = AbortSignal.any([issuer.failed, billing.failed, gateway.failed]);
  // With all of them started, whatever is wrong with any is told at once.
  await Promise.race([settleAll([issuerReady, billing.listening, gateway.listening]), isOver]);
  const allReady = waitUntilReady(["issuer", "billing", "gateway"], options);
  await Promise.race([allReady, aborted(failed)]);

  const rest = opened.move();
  return { failed, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

function startService(name: Name, options: ServicesOptions): Kept & { listening: Promise<void> } {
  const { root, environments, onLine, ...keeping } = options;
  const { promise: listens, resolve } = Promise.withResolvers<void>();
  const service = {
    name,
    entry: `services/${name}/src/main.ts`,
    root,
    env: environments[name],
    onLine(line: Parameters<typeof onLine>[0]) {
      if (line.event === "started" || line.event === "listening") resolve();
      onLine(line);
    },
  };
  const kept = keepRunning({ ...keeping, name, launch: () => launchService(service) });
  const listening = Promise.race([listens, aborted(kept.failed)]);
  listening.catch(() => {});
  return Object.assign(kept, { listening });
}
