import { setTimeout as pause } from "node:timers/promises";
import { DemoError } from "./demo-error.ts";
import { errorOf, type Gateway } from "./gateway.ts";

type Waiting = { publicUrl: string; patienceMs: number; tell: (progress: string) => void };

/** Returns once a token opens billing; tells what it waits for whenever that changes. */
export async function waitUntilUp(gateway: Gateway, { publicUrl, patienceMs, tell }: Waiting) {
  const deadline = Date.now() + patienceMs;
  let told = "";
  for (;;) {
    const missing = await whatIsMissing(gateway, publicUrl);
    if (missing === undefined) return;
    if (Date.now() >= deadline) {
      throw new DemoError(
        `${missing}. Start the stack with: make up (in containers) or make dev (without Docker)`,
      );
    }
    if (missing !== told) tell(`waiting: ${missing}`);
    told = missing;
    await pause(500);
  }
}

async function whatIsMissing(gateway: Gateway, publicUrl: string): Promise<string | undefined> {
  const resource = "https://billing.tollgate.internal";
  try {
    const answer = await gateway.requestToken({ client: "svc-demo", resource });
    if (answer.status >= 500) return `the issuer is not ready (${errorOf(answer.body)})`;
    const token = String(answer.body.access_token);
    const { status, body } = await gateway.call("GET", "/billing/v1/settings", { token });
    return status >= 500 ? `billing is not ready (${errorOf(body)})` : undefined;
  } catch (error) {
    if (error instanceof DemoError) throw error;
    return `nothing answers at ${publicUrl}`;
  }
}
