import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { ConfigError } from "@tollgate/shared/config";

export type Ports = Awaited<ReturnType<typeof choosePorts>>;

/** A free port for everything that only the stack itself calls. */
export async function choosePorts() {
  const [
    issuer = 0,
    issuerAdmin = 0,
    billing = 0,
    billingAdmin = 0,
    gatewayAdmin = 0,
    control = 0,
  ] = await freePorts(6);
  return {
    issuer,
    control,
    billing,
    admin: { issuer: issuerAdmin, billing: billingAdmin, gateway: gatewayAdmin },
  };
}

/** Ports of loopback that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  await using held = new AsyncDisposableStack();
  const ports: number[] = [];
  for (let index = 0; index < count; index += 1) ports.push(held.use(await hold(0)).port);
  return ports;
}

/** The same port as last time where it is still free, so that what a database tool knows stays true. */
export async function keptPort(file: string): Promise<number> {
  const kept = Number(await readFile(file, "utf8").catch(() => ""));
  if (Number.isInteger(kept) && kept > 0 && kept <= 65_535 && (await isFree(kept))) return kept;
  const [port = 0] = await freePorts(1);
  await writeFile(file, `${port}\n`);
  return port;
}

export type Requirement = {
  port: number;
  variable: string;
  /** How long whoever has it now may take to leave. */
  patienceMs: number;
};

export async function requireFreePort({ port, variable, patienceMs }: Requirement): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let fault = await holdFault(port);
  while (fault?.code === "EADDRINUSE" && Date.now() < deadline) {
    await pause(50);
    fault = await holdFault(port);
  }
  if (fault === undefined) return;
  const reason = fault.code === "EACCES" ? "needs more rights than we have" : "is taken";
  throw new ConfigError([
    `port ${port} ${reason}: set ${variable} to a free one, like ${variable}=9002 make dev`,
  ]);
}

async function isFree(port: number): Promise<boolean> {
  return (await holdFault(port)) === undefined;
}

async function holdFault(port: number): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await using _held = await hold(port);
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

async function hold(port: number) {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
