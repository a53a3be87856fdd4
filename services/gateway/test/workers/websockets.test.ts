import { expect, jest, test } from "@jest/globals";
import { startTestIssuer } from "@tollgate/shared/testing/signing-keys";
import type { JWTPayload } from "jose";
import { startProcess } from "../support/process.ts";
import { startRevocationFeed } from "../support/revocation-feed.ts";
import { until } from "../support/until.ts";
import { websocketRoutes } from "../support/websocket-routes.ts";
import { dial, websocketUpstream } from "../support/websocket-upstream.ts";

jest.setTimeout(180_000); // three processes start in each test

/** Two workers, a service with WebSockets, and an issuer with a list of what it revoked. */
async function startAll() {
  await using parts = new AsyncDisposableStack();
  const issuer = parts.use(await startTestIssuer());
  const feed = parts.use(await startRevocationFeed());
  const upstream = parts.use(await websocketUpstream());
  const gateway = parts.use(
    await startProcess(websocketRoutes(issuer, upstream.url, feed.url), {
      GATEWAY_WORKERS: "2",
      GATEWAY_DRAIN_NOTICE_MS: "0",
    }),
  );
  const { port } = await gateway.line("listening");
  await gateway.line("revocations_followed", 2);
  const open = parts.move();
  return {
    feed,
    upstream,
    gateway,
    async dialMany(claims: JWTPayload = {}) {
      const token = await issuer.token({ scope: "events:read", ...claims });
      const headers = { authorization: `Bearer ${token}` };
      const dialled = Array.from({ length: 20 }, () =>
        dial(`http://127.0.0.1:${port}/live`, { headers }),
      );
      const clients = await Promise.all(dialled);
      for (const { status } of clients) expect(status).toBe(101);
      return clients;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

type Client = Awaited<ReturnType<typeof dial>>;
type All = Awaited<ReturnType<typeof startAll>>;

const endsOf = async (clients: Client[]) =>
  new Set((await Promise.all(clients.map(({ closed }) => closed))).map(textOf));

const textOf = ({ code, reason }: { code: number; reason: string }) => `${code} ${reason}`;

/** Which worker gets a connection is the kernel's choice: goes on until both have carried some. */
async function untilBothCarried({ gateway }: All, round: (nth: number) => Promise<number>) {
  const carried = () => gateway.lines.filter(({ status }) => status === 101);
  let ended = 0;
  for (let nth = 0; new Set(carried().map(({ worker }) => worker)).size < 2; nth += 1) {
    ended += await round(nth);
    await until(() => carried().length === ended);
  }
}

test("both workers carry WebSockets, and when one crashes the other's go on", async () => {
  await using all = await startAll();
  let clients: Client[];
  let left: Client[];
  let crashed = 0;

  do {
    clients = await all.dialMany();
    for (const client of clients) expect(await client.ask("hello")).toBe("hello");
    crashed += 1;
    const { pid } = await all.gateway.line("worker_listening", crashed);
    process.kill(Number(pid), "SIGKILL");
    await all.gateway.line("worker_listening", crashed + 2);
    left = clients.filter(({ socket }) => socket.readyState === socket.OPEN);
    for (const client of left) expect(await client.ask("still there?")).toBe("still there?");
    for (const client of clients) client.socket.terminate();
  } while (left.length === 0 || left.length === clients.length);

  expect((await all.dialMany()).map(({ socket }) => socket.terminate())).toHaveLength(20);
});

test("in each worker a WebSocket ends at its token's exp", async () => {
  await using all = await startAll();

  await untilBothCarried(all, async () => {
    const exp = Math.floor(Date.now() / 1_000) + 6;
    const clients = await all.dialMany({ exp });

    expect(await endsOf(clients)).toEqual(new Set(["1008 the access token has expired"]));
    expect(Date.now() / 1_000).toBeGreaterThanOrEqual(exp);
    return clients.length;
  });
});

test("in each worker a WebSocket ends when its token is revoked", async () => {
  await using all = await startAll();

  await untilBothCarried(all, async (nth) => {
    const clients = await all.dialMany({ jti: `token-${nth}` });
    all.feed.revoke({ kind: "token", value: `token-${nth}` });

    expect(await endsOf(clients)).toEqual(new Set(["1008 the access token was revoked"]));
    return clients.length;
  });
});

test("on SIGTERM all are told to go elsewhere, and the process exits with 0", async () => {
  await using all = await startAll();
  const clients = await all.dialMany();

  all.gateway.child.kill("SIGTERM");

  expect(await endsOf(clients)).toEqual(new Set(["1001 the gateway is restarting"]));
  expect(await all.gateway.exitCode()).toBe(0);
  expect(all.gateway.errors()).toBe("");
});
