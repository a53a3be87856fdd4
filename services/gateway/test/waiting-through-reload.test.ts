import { writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "@jest/globals";
import type { SigningKey } from "@tollgate/shared/testing/signing-keys";
import { billing, startFixture } from "./support/gateway.ts";
import { connections } from "./support/live-tunnel.ts";
import { startRelay } from "./support/relay.ts";
import { startReplica } from "./support/replica.ts";
import { startRotatingIssuer } from "./support/rotating-issuer.ts";
import { until } from "./support/until.ts";

// Envoy CVE-2024-45809: a request waited for its issuer's keys, its route was looked up anew when
// they came, there was none any more, and the process crashed. Here a request's route is decided
// once, and a reload decides nothing about what is under way.
describe("a request that waits for its issuer's keys through a reload (Envoy CVE-2024-45809)", () => {
  const activeLine = (metrics: string) =>
    /^http_server_active_requests.*$/m.exec(metrics)?.[0] ?? "";

  async function startWaiting() {
    await using parts = new AsyncDisposableStack();
    const issuer = parts.use(await startRotatingIssuer());
    const asked = Promise.withResolvers<ServerResponse>();
    issuer.state.misbehave = asked.resolve;
    const gateway = parts.use(
      await startFixture({
        routes: (_own, upstream) => `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}", jwks: { timeout: 10s } }
routes:
  - { path: /open, upstream: "${upstream}", access: public }
  - { path: /old, upstream: "${upstream}", audience: ${billing}, rules: [{ methods: [GET] }] }
`,
      }),
    );
    const jwks = await asked.promise;
    const token = await issuer.token(issuer.state.published[0] as SigningKey);
    const call = () => gateway.send("/old", { headers: { authorization: `Bearer ${token}` } });
    const waiting = [call(), call()];
    await until(async () => / 2$/m.test(activeLine(await gateway.metrics())));
    const open = parts.move();
    return {
      issuer,
      jwks,
      gateway,
      call,
      waiting,
      [Symbol.asyncDispose]: () => open.disposeAsync(),
    };
  }

  const changes: [string, (yaml: string) => string][] = [
    ["that takes its route away", (yaml) => yaml.replace("path: /old", "path: /new")],
    [
      "that puts another upstream there",
      (yaml) => yaml.replace(/(\/old, upstream: ")[^"]*/, "$1http://localhost:9"),
    ],
  ];

  test.each(changes)(
    "%s is answered by the route it came for, and the next is not",
    async (_what, change) => {
      await using all = await startWaiting();
      const { gateway, jwks, issuer } = all;
      await writeFile(gateway.file, change(gateway.yaml));
      gateway.reload();
      expect(gateway.lines).toContainEqual(expect.objectContaining({ event: "routes_reloaded" }));

      issuer.state.misbehave = undefined;
      jwks.end(JSON.stringify({ keys: issuer.state.published.map(({ jwk }) => jwk) }));
      const answers = await Promise.all(all.waiting);

      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect((await all.call()).ok).toBe(false);
      expect((await gateway.send("/open", {})).status).toBe(200);
    },
  );

  test("that takes its issuer away is refused: nobody vouches for its token any more", async () => {
    await using all = await startWaiting();
    const { gateway, jwks, issuer } = all;
    const other = '{ issuer: "http://localhost:9", jwks_uri: "http://localhost:9" }';
    await writeFile(gateway.file, gateway.yaml.replace(/\{ issuer.*\}/, other));
    gateway.reload();

    jwks.end(JSON.stringify({ keys: issuer.state.published.map(({ jwk }) => jwk) }));

    for (const answer of await Promise.all(all.waiting)) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: "token_issuer_unknown" });
    }
    expect(gateway.upstream.requests).toEqual([]);
  });

  test("and gets no keys is a 503 all the same", async () => {
    await using all = await startWaiting();
    const { gateway, jwks } = all;
    await writeFile(gateway.file, gateway.yaml.replace("path: /old", "path: /new"));
    gateway.reload();

    jwks.destroy();
    const answers = await Promise.all(all.waiting);

    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect((await gateway.send("/open", {})).status).toBe(200);
  });
});

test("an upstream that a late request calls once more is not taken back: no check begins, and the next reload lets go of it", async () => {
  await using replica = await startReplica();
  const late = Promise.withResolvers<void>();
  const { promise: waiting, resolve: waits } = Promise.withResolvers<void>();
  await using relay = await startRelay({
    route: [
      `upstream: "${replica.url}"`,
      "health: { path: /healthz, every: 100ms, timeout: 100ms }",
    ],
    async before(ctx, next) {
      if (ctx.req.headers["x-late"] !== undefined) {
        waits();
        await late.promise;
      }
      await next();
    },
  });
  await until(() => replica.requests.includes("/healthz"));
  const answer = relay.fetch({ headers: { "x-late": "1" } });
  await waiting;

  relay.upstreams.retain([]);
  await until(async () => (await connections(replica)) === 0);
  replica.requests.length = 0;
  late.resolve();
  expect(await (await answer).text()).toBe("ok");
  await new Promise((later) => setTimeout(later, 400)); // a check would have come by now
  expect(replica.requests).toEqual(["/open"]);
  expect(relay.report()).toHaveLength(1);

  relay.upstreams.retain([]);
  await until(async () => (await connections(replica)) === 0);
  expect(relay.report()).toEqual([]);
});
