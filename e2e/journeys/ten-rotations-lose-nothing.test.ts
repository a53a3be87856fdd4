import { expect, test } from "@jest/globals";
import { decodeProtectedHeader } from "jose";
import { type Stack, startStack } from "../stack.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";
import { until } from "../support/until.ts";

const publishSeconds = 4;

test("ten rotations under load: no request fails, eleven keys are seen, nothing restarts", async () => {
  await using stack = await startStack({
    overlays: ["e2e/compose.e2e.yml"],
    env: {
      ISSUER_KEY_PUBLISH_SECONDS: String(publishSeconds),
      GATEWAY_CONFIG: "e2e/config/quick-keys-gateway.yaml",
      BILLING_JWKS_FRESH_SECONDS: "2",
    },
  });
  const before = await starts(stack);
  const accepted = new Map<string, number>();
  const failures: unknown[] = [];
  let isOver = false;
  const load = Array.from({ length: 3 }, async () => {
    while (!isOver) {
      const minted = await stack.requestToken("svc-demo");
      if (minted.status !== 200) {
        failures.push(["no token", minted.status, minted.text]);
        continue;
      }
      const token: string = minted.json.access_token;
      const { kid = "" } = decodeProtectedHeader(token);
      const answer = await stack.get("/billing/v1/invoices", { token });
      if (answer.status === 200) accepted.set(kid, (accepted.get(kid) ?? 0) + 1);
      else failures.push([kid, answer.status, answer.text]);
    }
  });

  const seen = (count: number) =>
    until(
      async () => accepted.size,
      (size) => size === count,
    );
  try {
    await seen(1);
    for (let rotation = 1; rotation <= 10; rotation += 1) {
      await rotate(stack);
      await seen(rotation + 1);
    }
  } finally {
    isOver = true;
    await Promise.all(load);
  }

  expect(failures).toEqual([]);
  expect(accepted.size).toBe(11);
  expect(await starts(stack)).toEqual(before);
}, 240_000);

/** What README names; refused until every verifier can know the next key, which is then said. */
async function rotate(stack: Stack): Promise<void> {
  const env = {
    ...process.env,
    ...stack.env,
    COMPOSE_PROJECT_NAME: stack.project,
    COMPOSE_FILE: stack.files.join(":"),
  };
  const { stdout } = await until(
    () => run("make", ["rotate-keys"], { cwd: root, env }),
    ({ status }) => status === 0,
  );
  expect(stdout).toContain("active");
}

/** When each container began, and how often Docker had to begin it anew. */
async function starts(stack: Stack): Promise<unknown[]> {
  const services = ["gateway", "issuer", "billing", "postgres"] as const;
  return await Promise.all(
    services.map(async (service) => {
      const { State, RestartCount } = await stack.inspect(service);
      return [service, State.StartedAt, RestartCount];
    }),
  );
}
