import { expect, test } from "@jest/globals";
import { declareStack, type Service, type Stack } from "../stack.ts";
import { freePort } from "../support/free-port.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";

async function lastLine(stack: Stack, service: Service) {
  const line = (await stack.logs(service)).at(-1);
  expect(line).toMatchObject({ level: "fatal", event: "config_invalid" });
  return line?.faults as string[];
}

test("a malformed variable ends up with its name, what is wrong and what would be right", async () => {
  await using stack = await declareStack({
    env: { BILLING_DATABASE_POOL: "many", BILLING_DRAIN_MS: "-1" },
  });

  const { status } = await stack.compose(["up", "--wait"]);

  expect(status).not.toBe(0);
  expect(await lastLine(stack, "billing")).toEqual([
    'BILLING_DRAIN_MS is "-1": it must be a whole number from 0 to 600000, like BILLING_DRAIN_MS=25000',
    'BILLING_DATABASE_POOL is "many": it must be a whole number from 1 to 200, like BILLING_DATABASE_POOL=10',
  ]);
});

test("what needs an issuer is not started without one", async () => {
  await using stack = await declareStack({ env: { ISSUER_URL: "localhost" } });

  const { status, stderr } = await stack.compose(["up", "--wait"]);

  expect(status).not.toBe(0);
  expect(stderr).toMatch(/dependency failed to start: container .*issuer.*/);
  expect(await lastLine(stack, "issuer")).toEqual([
    'ISSUER_URL is "localhost": it must be an http or https URL, like ISSUER_URL=https://id.example.com',
  ]);
  expect(await stack.must("ps", "--quiet", "gateway")).toBe("");
});

test("every fault of the routes' file is found at once, each with its line and column", async () => {
  await using stack = await declareStack({
    overlays: ["e2e/compose.e2e.yml"],
    env: { GATEWAY_CONFIG: "e2e/config/faulty-gateway.yaml" },
  });

  const { status } = await stack.compose(["up", "--wait", "--no-deps", "gateway"]);

  expect(status).not.toBe(0);
  expect(await lastLine(stack, "gateway")).toEqual([
    expect.stringMatching(/faulty-gateway\.yaml:4:15: issuers\.0\.jwks_uri: must be https/),
    expect.stringMatching(/faulty-gateway\.yaml:6:11: routes\.0\.path: must be a plain path/),
    expect.stringMatching(/faulty-gateway\.yaml:10:21: routes\.0\.rules\.0\.methods\.0: /),
  ]);
});

test("a file that is not there is named, and nothing is served", async () => {
  await using stack = await declareStack({ env: { GATEWAY_CONFIG: "config/nowhere.yaml" } });

  const { status } = await stack.compose(["up", "--wait", "--no-deps", "gateway"]);

  expect(status).not.toBe(0);
  expect(await lastLine(stack, "gateway")).toEqual([
    "config/nowhere.yaml: cannot be read (ENOENT)",
  ]);
});

test("a port that is taken is one line that names the port and the variable", async () => {
  const port = await freePort();
  const { createServer } = await import("node:net");
  const neighbour = createServer().listen(port, "0.0.0.0");
  try {
    const args = [String(port), "GATEWAY_PORT", "docker", "compose", "-p", "tollgate-e2e-no-such"];
    const { status, stderr } = await run("./scripts/port-is-free", args, { cwd: root });

    expect(status).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([
      `Port ${port} is taken by another program: set GATEWAY_PORT to a free one, like GATEWAY_PORT=9002 make up`,
    ]);
  } finally {
    neighbour.close();
  }
});
