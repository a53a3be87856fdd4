import { expect, test } from "@jest/globals";
import { declareStack, type Stack, startStack } from "../stack.ts";
import { createDraft } from "../support/story.ts";

const up = (stack: Stack) => stack.compose(["up", "--wait"]);

test("a second up changes nothing, and data, keys and secrets outlive their containers", async () => {
  await using stack = await startStack();
  const token = await stack.token("svc-demo");
  const { path } = await createDraft(stack, token);
  const before = { keys: await keysOf(stack), containers: await stack.must("ps", "--quiet") };

  expect((await up(stack)).status).toBe(0);
  expect({ keys: await keysOf(stack), containers: await stack.must("ps", "--quiet") }).toEqual(
    before,
  );

  await stack.must("--profile", "tools", "down");
  expect((await up(stack)).status).toBe(0);

  expect((await stack.logs("setup")).map(({ event }) => event)).toContain("secrets_kept");
  expect(await keysOf(stack)).toEqual(before.keys);
  // The very token from before: its key, its issuer and its tenant's data are the same.
  expect((await stack.get(path, { token })).status).toBe(200);
  expect((await stack.get(path, { token: await stack.token("svc-demo") })).status).toBe(200);
});

test("a secret that was lost is named with what depends on it, and none is made in its place", async () => {
  await using stack = await startStack();
  await stack.must("--profile", "tools", "down");
  const wrappingKey = "/run/tollgate/issuer/wrapping_key";
  const asSetup = (...command: string[]) =>
    stack.compose(["run", "--rm", "--no-deps", "-T", "setup", ...command]);
  expect((await asSetup("rm", wrappingKey)).status).toBe(0);

  const second = await up(stack);

  expect(second.status).not.toBe(0);
  const last = (await stack.logs("setup")).at(-1);
  expect(last).toMatchObject({
    event: "config_invalid",
    msg: expect.stringMatching(/wrapping_key is gone, and every signing key .* restore it/),
  });
  expect((await asSetup("ls", wrappingKey)).status).not.toBe(0);
});

test("the first start makes every secret; none is in the environment or in a log", async () => {
  await using stack = await declareStack();
  expect((await up(stack)).status).toBe(0);

  const read = `
    const { readdir, readFile } = await import("node:fs/promises");
    const entries = await readdir("/run/tollgate", { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".json"));
    const texts = files.map(({ parentPath, name }) => readFile(parentPath + "/" + name, "utf8"));
    console.log(JSON.stringify(await Promise.all(texts)));`;
  const asSetup = ["run", "--rm", "--no-deps", "-T", "setup", "node", "--input-type=module"];
  const secrets: string[] = JSON.parse(await stack.must(...asSetup, "--eval", read));
  expect(secrets.length).toBeGreaterThanOrEqual(10);

  const everything = await stack.must("logs", "--no-color");
  for (const service of ["gateway", "issuer", "billing", "postgres"] as const) {
    const { Config } = await stack.inspect(service);
    for (const secret of secrets.map((text) => text.trim())) {
      expect(everything.includes(secret)).toBe(false);
      expect([service, JSON.stringify(Config).includes(secret)]).toEqual([service, false]);
    }
  }
});

async function keysOf(stack: Stack) {
  return (await stack.get("/oauth/jwks")).json;
}
