import { generateKeyPairSync, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decodeProtectedHeader, SignJWT } from "jose";
import { declareStack, type Stack } from "../stack.ts";
import { billing } from "../support/client.ts";
import { until } from "../support/until.ts";

const replicas = [1, 2] as const;
type Replica = (typeof replicas)[number];

let stack: Stack;
beforeAll(async () => {
  stack = await declareStack({ env: { ISSUER_KEY_PUBLISH_SECONDS: "0" } });
  await stack.must("up", "--wait", "--scale", "issuer=2"); // a first start, with both at once
});
afterAll(() => stack?.[Symbol.asyncDispose]());

const tollgate = (replica: Replica, ...command: string[]) =>
  stack.must("exec", "-T", "--index", String(replica), "issuer", "tollgate", ...command);

test("two issuers that start together have one ring of keys between them", async () => {
  const [first, second] = await Promise.all(replicas.map((each) => tollgate(each, "keys", "list")));

  expect(first).toBe(second);
  expect(first?.match(/ active /g)).toHaveLength(1);
  expect(first?.match(/ next /g)).toHaveLength(1);
});

test("of ten copies of an assertion, spread over both, one gets a token, in each of 20 rounds", async () => {
  const sign = await addSigner("svc-racer");
  const answeredBefore = await answered();

  for (let round = 0; round < 20; round += 1) {
    const form = assertion(await sign());
    const answers = await Promise.all(Array.from({ length: 10 }, () => requestToken(form)));
    const errors = answers.map(({ json }) => json.error ?? "none").sort();
    expect(errors).toEqual([...Array(9).fill("invalid_client"), "none"]);
  }

  const after = await answered();
  expect(after.size).toBe(replicas.length);
  for (const [container, count] of after) {
    expect([container, count > (answeredBefore.get(container) ?? 0) + 50]).toEqual([
      container,
      true,
    ]);
  }
});

test("a key that one of them rotates signs at both, and no call is refused meanwhile", async () => {
  const kids = new Set<string>();
  const refusals: unknown[] = [];
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const token = await stack.token("svc-demo");
      kids.add(decodeProtectedHeader(token).kid ?? "");
      const answer = await stack.get("/billing/v1/invoices", { token });
      if (answer.status !== 200 && answer.status !== 429) refusals.push(answer.json);
    }
  });
  const seen = (count: number) =>
    until(
      async () => kids.size,
      (size) => size === count,
    );
  try {
    await seen(1);
    await tollgate(2, "keys", "rotate");
    await seen(2);
    await until(
      () => Promise.all(replicas.map((each) => tollgate(each, "keys", "list"))),
      ([one, other]) => one === other,
    );
  } finally {
    isOver = true;
    await Promise.all(load);
  }

  expect(refusals).toEqual([]);
});

test("a client that guesses at one of them rests at both", async () => {
  const script = `
    import { resolve4 } from "node:dns/promises";
    import { networkInterfaces } from "node:os";
    import { setTimeout as pause } from "node:timers/promises";
    const own = Object.values(networkInterfaces()).flat().map(({ address }) => address);
    const all = await resolve4("issuer");
    const [here, there] = [all.find((each) => own.includes(each)), all.find((each) => !own.includes(each))];
    async function ask(host, secret) {
      const response = await fetch("http://" + host + ":8080/oauth/token", {
        method: "POST",
        headers: { authorization: "Basic " + btoa("svc-reader:" + secret) },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      });
      return response.status;
    }
    const secret = ${JSON.stringify(await secretOf("svc-reader"))};
    const before = await ask(there, secret);
    // Rests of 1, 2, 4 and 8 seconds: who still guesses after ten is in the last of them.
    const statuses = new Set();
    for (const begun = Date.now(); Date.now() - begun < 10_000; await pause(100)) {
      statuses.add(await ask(here, "a guess"));
    }
    console.log(JSON.stringify({ before, guesses: [...statuses], there: await ask(there, secret) }));`;
  const node = ["node", "--input-type=module", "--eval", script];
  const said = await stack.must("exec", "-T", "--index", "1", "issuer", ...node);

  expect(JSON.parse(said)).toEqual({ before: 200, guesses: [401], there: 401 });
});

/** A client that proves itself by key, added at one replica and awaited at both. */
async function addSigner(client_id: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const declaration = {
    client_id,
    jwks: { keys: [publicKey.export({ format: "jwk" })] },
    access: [{ resource: billing, scopes: ["invoices:read"] }],
  };
  await tollgate(1, "clients", "add", JSON.stringify(declaration));
  await until(
    () => tollgate(2, "clients", "list"),
    (list) => list.includes(client_id),
  );
  return () =>
    new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: "ES256" })
      .setIssuer(client_id)
      .setSubject(client_id)
      .setAudience(stack.url)
      .setIssuedAt()
      .setExpirationTime("60s")
      .sign(privateKey);
}

function assertion(signed: string): URLSearchParams {
  return new URLSearchParams({
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: signed,
  });
}

async function requestToken(body: URLSearchParams) {
  const response = await fetch(`${stack.url}/oauth/token`, { method: "POST", body });
  return { json: (await response.json()) as { error?: string } };
}

/** How many token requests each replica has answered, by its container. */
async function answered(): Promise<Map<string, number>> {
  const text = await stack.must("logs", "--no-color", "issuer");
  const counts = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, container, said] = /^(\S+)\s+\|\s(.*)$/.exec(line) ?? [];
    if (container === undefined || !said?.includes('"request_answered"')) continue;
    counts.set(container, (counts.get(container) ?? 0) + 1);
  }
  return counts;
}

function secretOf(client: string): Promise<string> {
  const tool = ["run", "--rm", "--no-deps", "-T", "demo"];
  return stack.must(...tool, "cat", `/run/tollgate/clients/${client}`);
}
