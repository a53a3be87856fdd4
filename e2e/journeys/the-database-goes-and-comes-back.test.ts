import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { type Service, type Stack, startStack } from "../stack.ts";
import { createDraft } from "../support/story.ts";
import { until } from "../support/until.ts";

test("without its database billing says 503 and why, and recovers by itself", async () => {
  await using stack = await startStack();
  const token = await stack.token("svc-demo");
  const { path } = await createDraft(stack, token);

  await stack.must("stop", "--timeout", "5", "postgres");

  const down = await until(
    () => stack.get(path, { token }),
    ({ status }) => status !== 200,
  );
  expect([down.status, down.json.code]).toEqual([503, "dependency_unavailable"]);
  expect(down.headers.get("content-type")).toBe("application/problem+json");
  expect(Number(down.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await readiness(stack, "billing")).toMatchObject({
    ready: false,
    checks: { database: expect.stringMatching(/\w/), keys: "ok" },
  });
  expect(await readiness(stack, "issuer")).toMatchObject({ ready: false });
  // A token is signed with a key that is in memory; the gateway validates without anybody's help.
  const mistaken = await stack.get(path, { token: `${token.slice(0, -4)}AAAA` });
  expect(mistaken.status).toBe(401);

  await stack.must("start", "postgres");

  const again = await until(
    () => stack.get(path, { token }),
    ({ status }) => status === 200,
  );
  expect(again.json.status).toBe("draft");
  await until(
    () => readiness(stack, "issuer"),
    ({ ready }) => ready,
  );
  expect((await stack.requestToken("svc-demo")).status).toBe(200);
});

test("every service that is told to stop finishes what it has, and exits with 0", async () => {
  await using stack = await startStack();
  const token = await stack.token("svc-demo");
  const { path } = await createDraft(stack, token);
  const answered = new Set<string>();
  let isOver = false;
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const headers = { "x-request-id": randomUUID() };
      const answer = await stack.get(path, { token, headers }).catch(() => undefined);
      if (answer?.status === 200) answered.add(headers["x-request-id"]);
    }
  });
  await until(
    async () => answered.size,
    (count) => count > 50,
  );

  await stack.must("stop", "gateway", "billing", "issuer");
  isOver = true;
  await Promise.all(load);

  const served = (await stack.logs("billing")).filter(({ status }) => status === 200);
  const reads = served.filter(({ route }) => route === "/v1/invoices/{id}");
  expect(reads.filter(({ request_id = "" }) => !answered.has(request_id))).toEqual([]);
  for (const service of ["gateway", "billing", "issuer"] as const) {
    const { State } = await stack.inspect(service);
    expect([service, State.ExitCode, State.OOMKilled]).toEqual([service, 0, false]);
    const events = (await stack.logs(service)).map(({ event }) => event);
    expect([service, events.at(-1)]).toEqual([service, "stopped"]);
  }
});

async function readiness(stack: Stack, service: Service) {
  const script = `console.log(await (await fetch("http://127.0.0.1:9090/readyz")).text())`;
  return JSON.parse(await stack.evaluate(service, script));
}
