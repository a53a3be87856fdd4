import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "@tollgate/shared/config";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { startTestIssuer } from "@tollgate/shared/testing/signing-keys";
import type { JWTPayload } from "jose";
import { loadConfig } from "../../src/config.ts";
import { startGateway } from "../../src/start-gateway.ts";
import { sendRaw } from "./raw-http.ts";
import { type RecordingUpstream, recordingUpstream } from "./upstream.ts";

export const billing = "https://billing.tollgate.internal";

/** The routes most tests want: /billing needs a token of `issuer`, /open needs none. */
function routesFor(issuer: { issuer: string; jwksUri: string }, upstream: string): string {
  return `
issuers:
  - { issuer: "${issuer.issuer}", jwks_uri: "${issuer.jwksUri}" }
routes:
  - { path: /open, upstream: "${upstream}", access: public }
  - path: /billing
    strip_prefix: true
    upstream: "${upstream}"
    audience: ${billing}
    rules:
      - { methods: [GET, HEAD] }
      - { methods: [POST, PUT, DELETE], any_scope: [invoices:write, customers:write] }
`;
}

export type Fixture = {
  upstream?: RecordingUpstream;
  /** Replaces the usual routes. */
  routes?: (issuer: { issuer: string; jwksUri: string }, upstream: string) => string;
  /** A file with routes that is there already. */
  routesFile?: string;
  /** Variables beside the usual ones. */
  env?: Env;
};

/** A whole gateway on a free port, with an issuer and an upstream that remembers what it got. */
export async function startFixture(fixture: Fixture = {}) {
  const { upstream: given, routes = routesFor, routesFile, env } = fixture;
  await using parts = new AsyncDisposableStack();
  const issuer = parts.use(await startTestIssuer());
  const upstream = given ?? parts.use(await recordingUpstream());
  const { log, lines } = recordingLog("gateway");
  const yaml = routes(issuer, upstream.url);
  const file = routesFile ?? (await temporaryFile(parts, yaml));
  const gateway = parts.use(await startFrom(file, log, env));
  const open = parts.move();
  const url = `http://127.0.0.1:${gateway.port}`;
  const admin = `http://127.0.0.1:${gateway.adminPort}`;
  return {
    url,
    port: gateway.port,
    issuer,
    upstream,
    lines,
    yaml,
    file,
    adminPort: gateway.adminPort,
    reload: gateway.reload,
    metrics: async () => await (await fetch(`${admin}/metrics`)).text(),
    async ready() {
      const response = await fetch(`${admin}/readyz`);
      const { checks } = (await response.json()) as { checks: Record<string, string> };
      return { status: response.status, revocations: checks.revocations ?? "" };
    },
    stop: () => gateway[Symbol.asyncDispose](),
    raw: (request: string) => sendRaw(gateway.port, request),
    get: (path: string, claims?: JWTPayload) => send(url, path, issuer, { claims }),
    send: (path: string, init: RequestInit & { claims?: JWTPayload | undefined }) =>
      send(url, path, issuer, init),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

export async function temporaryFile(parts: AsyncDisposableStack, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-test-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "gateway.yaml");
  await writeFile(file, text);
  return file;
}

export async function startFrom(file: string, log = recordingLog("gateway").log, more: Env = {}) {
  const env = {
    GATEWAY_CONFIG: file,
    GATEWAY_PORT: "0",
    GATEWAY_ADMIN_PORT: "0",
    GATEWAY_DRAIN_MS: "2000",
    GATEWAY_DRAIN_NOTICE_MS: "0",
    ...more,
  };
  return await startGateway(loadConfig(env), env, log);
}

type Issuer = Awaited<ReturnType<typeof startTestIssuer>>;

async function send(
  url: string,
  path: string,
  issuer: Issuer,
  { claims, ...init }: RequestInit & { claims?: JWTPayload | undefined },
) {
  const headers = new Headers(init.headers);
  if (claims !== undefined) headers.set("authorization", `Bearer ${await issuer.token(claims)}`);
  return await fetch(url + path, { ...init, headers });
}
