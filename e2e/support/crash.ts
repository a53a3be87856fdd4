import type { Service, Stack } from "../stack.ts";

/** As a crash would: Docker does not know that it was wanted, and starts the service again. */
export async function crash(stack: Stack, service: Service): Promise<void> {
  const killMain = `
    const { readdirSync, readFileSync } = await import("node:fs");
    for (const pid of readdirSync("/proc").map(Number).filter(Boolean)) {
      const command = readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0");
      if (command[0].endsWith("node") && command.at(-2)?.endsWith("main.ts")) process.kill(pid, 9);
    }`;
  await stack.compose(["exec", "-T", service, "node", "--input-type=module", "--eval", killMain]);
}

/** How often Docker has started a service again by itself. */
export async function restartsOf(stack: Stack, service: Service): Promise<number> {
  return (await stack.inspect(service)).RestartCount;
}
