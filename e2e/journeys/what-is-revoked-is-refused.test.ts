import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { type Stack, startStack } from "../stack.ts";
import { createDraft } from "../support/story.ts";
import { until } from "../support/until.ts";

let stack: Stack;
let invoice: string;
beforeAll(async () => {
  // The next key was published at the start, which is all that verifiers need: no further wait.
  stack = await startStack({ env: { ISSUER_KEY_PUBLISH_SECONDS: "0" } });
  invoice = (await createDraft(stack, await stack.token("svc-demo"))).path;
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const read = (token: string) => stack.get(invoice, { token });
const tollgate = (...command: string[]) =>
  stack.must("exec", "-T", "issuer", "tollgate", ...command);

/** A token that was let through, so that the gateway knows it, and is then refused. */
async function expectRefusalOf(token: string, revoke: () => Promise<unknown>) {
  expect((await read(token)).status).toBe(200);

  await revoke();

  const refused = await until(
    () => read(token),
    ({ status }) => status !== 200,
    5_000,
  );
  expect([refused.status, refused.json.code]).toEqual([401, "token_revoked"]);
  expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
}

test("a token that its client revokes (RFC 7009) opens nothing any more, and others go on", async () => {
  const [token, other] = [await stack.token("svc-demo"), await stack.token("svc-demo")];
  await expectRefusalOf(token, async () => {
    const answer = await stack.revoke("svc-demo", token);
    expect(answer.status).toBe(200);
  });

  expect((await read(other)).status).toBe(200);
});

test("a client whose tokens the operator revokes is refused with all of them", async () => {
  const token = await stack.token("svc-demo");
  await expectRefusalOf(token, () => tollgate("revoke", "client", "svc-demo"));
});

test("a key rotates under load with no call refused, and a revoked one vouches for nothing", async () => {
  // What was minted in the second of the client's revocation is refused as well.
  const first = await until(
    async () => {
      const token = await stack.token("svc-demo");
      return { token, status: (await read(token)).status };
    },
    ({ status }) => status === 200,
  );
  const kids = new Set<string>();
  const refusals: unknown[] = [];
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const token = await stack.token("svc-demo");
      kids.add(decodeProtectedHeader(token).kid ?? "");
      const answer = await read(token);
      if (answer.status !== 200 && answer.status !== 429) refusals.push(answer.json);
    }
  });
  await until(
    async () => kids.size,
    (count) => count === 1,
  );
  await tollgate("keys", "rotate");
  await until(
    async () => kids.size,
    (count) => count === 2,
  );
  isOver = true;
  await Promise.all(load);
  expect([refusals, kids.size]).toEqual([[], 2]);
  expect((await read(first.token)).status).toBe(200);

  await expectRefusalOf(first.token, () =>
    tollgate("keys", "revoke", decodeProtectedHeader(first.token).kid ?? ""),
  );
});

test("the audit trail tells of it all, and names no token", async () => {
  const token = await stack.token("svc-demo");

  const trail = (await tollgate("audit", "--limit", "1000")).split("\n");
  const tells = (text: string) => trail.some((line) => line.includes(text));

  expect([tells(decodeJwt(token).jti ?? "no jti"), tells("key_revoked")]).toEqual([true, true]);
  expect(tells(token.split(".")[2] ?? "")).toBe(false);
});
