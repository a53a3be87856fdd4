import { expect, test } from "@jest/globals";
import { type Stack, startStack } from "../stack.ts";
import { root } from "../support/project.ts";
import { output } from "../support/run.ts";
import { createDraft } from "../support/story.ts";
import { until } from "../support/until.ts";

test("three replicas share the calls, and one that dies costs no caller an answer", async () => {
  await using stack = await startStack();
  const token = await stack.token("svc-demo");
  const { path } = await createDraft(stack, token);
  await stack.must("up", "--wait", "--no-recreate", "--scale", "billing=3");
  const addresses = await addressesOfBilling(stack);
  expect(addresses.size).toBe(3);

  // Names are asked for again within seconds: from then on all three are called.
  const read = () => stack.get(path, { token });
  const called = async () => {
    await Promise.all(Array.from({ length: 30 }, read));
    return new Set((await stack.logs("gateway")).slice(-30).map(({ upstream }) => upstream));
  };
  await until(called, (seen) => [...addresses.keys()].every((address) => seen.has(address)));

  const statuses: number[] = [];
  let isOver = false;
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const { status } = await read();
      if (status !== 429) statuses.push(status); // the caller's own rate, and nothing of billing's
    }
  });
  const [victim = ""] = addresses.values();
  await output("docker", ["kill", victim], { cwd: root });
  const before = statuses.length;
  await until(
    async () => statuses.length,
    (count) => count > before + 500,
  );
  isOver = true;
  await Promise.all(load);

  expect(statuses.filter((status) => status !== 200)).toEqual([]);
});

/** The containers of billing by their address on the network that the gateway shares with them. */
async function addressesOfBilling(stack: Stack): Promise<Map<string, string>> {
  const ids = (await stack.must("ps", "--quiet", "billing")).split("\n");
  const network = `${stack.project}_internal`;
  const containers = JSON.parse(await output("docker", ["inspect", ...ids], { cwd: root }));
  return new Map(
    containers.map((each: { Id: string; NetworkSettings: Networks }) => [
      `${each.NetworkSettings.Networks[network]?.IPAddress}:8080`,
      each.Id,
    ]),
  );
}

type Networks = { Networks: Record<string, { IPAddress: string }> };
