import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Service, type Stack, startStack } from "../stack.ts";
import { root } from "../support/project.ts";
import { output } from "../support/run.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

test("the gateway's API is the one port that is published", async () => {
  const containers = (await stack.must("ps", "--format", "json")).split("\n");
  const published = containers.flatMap((line) => {
    const { Service, Publishers } = JSON.parse(line);
    return Publishers.filter((each: { PublishedPort: number }) => each.PublishedPort > 0).map(
      (each: { TargetPort: number; PublishedPort: number }) =>
        `${Service}:${each.TargetPort} at ${each.PublishedPort}`,
    );
  });

  expect([...new Set(published)]).toEqual([`gateway:8080 at ${new URL(stack.url).port}`]);
});

test.each(["issuer", "billing", "postgres"] as const)(
  "%s is on internal networks alone",
  async (service) => {
    const { NetworkSettings } = await stack.inspect(service);
    const networks = Object.keys(NetworkSettings.Networks);
    expect(networks).not.toContain(`${stack.project}_edge`);

    const isInternal = ["network", "inspect", "--format", "{{.Internal}}", ...networks];
    const answers = (await output("docker", isInternal, { cwd: root })).split("\n");
    expect(answers).toEqual(networks.map(() => "true"));
  },
);

test("the gateway cannot find the database, nor reach it by its address", async () => {
  const { NetworkSettings } = await stack.inspect("postgres");
  const address = NetworkSettings.Networks[`${stack.project}_data`].IPAddress;

  expect(await reach("gateway", "postgres", 5432)).toBe("ENOTFOUND");
  expect(await reach("gateway", address, 5432)).toMatch(/^(timeout|E\w+)$/);
  expect(await reach("gateway", "billing", 8080)).toBe("connected");
  expect(await reach("billing", "postgres", 5432)).toBe("connected");
});

test("what is behind the gateway reaches nothing outside", async () => {
  const hasDefaultRoute = `
    const { readFileSync } = await import("node:fs");
    console.log(/^\\S+\\t0{8}\\t/m.test(readFileSync("/proc/net/route", "utf8")));`;

  expect(await stack.evaluate("gateway", hasDefaultRoute)).toBe("true");
  expect(await stack.evaluate("billing", hasDefaultRoute)).toBe("false");
  expect(await stack.evaluate("issuer", hasDefaultRoute)).toBe("false");
});

test.each(["/healthz", "/readyz", "/metrics", "/internal/revocations", "/", "/v1/invoices"])(
  "no route leads to %s",
  async (path) => {
    const token = await stack.token("svc-demo");

    const answer = await stack.get(path, { token });

    expect([answer.status, answer.json.code]).toEqual([404, "route_unknown"]);
  },
);

test.each(["healthz", "readyz", "metrics"])(
  "nor does /billing or /oauth lead to %s",
  async (page) => {
    const token = await stack.token("svc-demo");

    const viaBilling = await stack.get(`/billing/${page}`, { token });
    const viaIssuer = await stack.get(`/oauth/${page}`);

    expect([viaBilling.status, viaBilling.json.code]).toEqual([404, "not_found"]);
    expect(viaIssuer.status).toBe(404);
  },
);

test("a service runs as nobody in particular, in an image that it cannot write to", async () => {
  for (const service of ["gateway", "issuer", "billing"] as const) {
    const { Config, HostConfig } = await stack.inspect(service);
    expect([service, Config.User]).toEqual([service, "node"]);
    expect(HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Privileged: false,
    });
  }
});

/** What becomes of a connection from one service's container. */
function reach(from: Service, host: string, port: number): Promise<string> {
  return stack.evaluate(
    from,
    `const socket = (await import("node:net")).connect(${port}, "${host}");
     socket.setTimeout(1000, () => { console.log("timeout"); socket.destroy(); });
     socket.once("connect", () => { console.log("connected"); socket.destroy(); });
     socket.once("error", ({ code }) => console.log(code));`,
  );
}
