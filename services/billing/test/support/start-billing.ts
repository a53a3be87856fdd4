import { randomUUID } from "node:crypto";
import { createLog } from "@tollgate/shared/log";
import { startTestIssuer } from "@tollgate/shared/testing/signing-keys";
import { startBilling } from "../../src/start-billing.ts";
import { createBillingDatabase } from "./billing-database.ts";

export const tenantA = "01920000-0000-7000-8000-00000000000a";
export const tenantB = "01920000-0000-7000-8000-00000000000b";

export const allScopes = [
  "settings:read settings:write customers:read customers:write invoices:read",
  "invoices:write invoices:finalize payments:write events:read",
].join(" ");

export type BillingUnderTest = Awaited<ReturnType<typeof startBillingUnderTest>>;

type TestDatabase = Awaited<ReturnType<typeof createBillingDatabase>>;

type Options = {
  poolSize?: number;
  now?: () => Date;
  jwksUri?: string;
  /** Which URL billing gets instead of its own role's. */
  databaseUrl?: (appUrl: string, database: TestDatabase) => string;
  /** Runs on the migrated database before billing starts. */
  prepare?: (database: TestDatabase) => Promise<unknown>;
};

/** The whole suite also passes with one connection: TEST_POOL_SIZE=1. */
const usualPool = Number(process.env.TEST_POOL_SIZE ?? 10);

/** Billing on a real socket and a database of its own, with an issuer that mints what is asked. */
export async function startBillingUnderTest(options: Options = {}) {
  const { poolSize = usualPool, now = () => new Date(), databaseUrl = (url) => url } = options;
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createBillingDatabase());
  await options.prepare?.(database);
  const issuer = opened.use(await startTestIssuer());
  const billing = opened.use(
    await startBilling(
      {
        host: "127.0.0.1",
        port: 0,
        adminPort: 0,
        drainMs: 500,
        tokens: {
          issuer: issuer.issuer,
          jwksUri: options.jwksUri ?? issuer.jwksUri,
          audience: "https://billing.tollgate.internal",
          keysFreshMs: 600_000,
        },
        database: { url: databaseUrl(database.appUrl, database), poolSize },
        idempotencyHours: 24,
      },
      { log: createLog("billing", process.env.TEST_LOG_LEVEL ?? "silent"), now },
    ),
  );
  const rest = opened.move();
  const url = `http://127.0.0.1:${billing.port}`;

  const token = (claims: object = {}) => {
    const iat = Math.floor(now().getTime() / 1000);
    const base = { tenant: tenantA, scope: allScopes, iat, exp: iat + 300 };
    return issuer.token({ ...base, ...claims });
  };

  return {
    url,
    adminUrl: `http://127.0.0.1:${billing.adminPort}`,
    database,
    issuer,
    token,
    fault: billing.fault,
    as: async (claims: object = {}) => caller(url, await token(claims)),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  json: any;
};

export type TestCaller = ReturnType<typeof caller>;

/** Sends requests as one caller; each POST gets a fresh Idempotency-Key unless it names one. */
export function caller(url: string, token?: string) {
  async function send(method: string, path: string, options: SendOptions = {}): Promise<Answer> {
    const { body, raw, headers = {} } = options;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(raw === undefined ? {} : { body: raw }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const json = isJson && text !== "" ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }
  return {
    send,
    get: (path: string, headers?: Record<string, string>) =>
      send("GET", path, headers === undefined ? {} : { headers }),
    post: (path: string, body?: unknown, headers?: Record<string, string>) =>
      send("POST", path, { body: body ?? {}, ...(headers === undefined ? {} : { headers }) }),
    patch: (path: string, body: unknown, headers?: Record<string, string>) =>
      send("PATCH", path, { body, ...(headers === undefined ? {} : { headers }) }),
    put: (path: string, body: unknown, headers?: Record<string, string>) =>
      send("PUT", path, { body, ...(headers === undefined ? {} : { headers }) }),
  };
}

type SendOptions = {
  body?: unknown;
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
};

/** As a client does that is told that the database is too busy: it asks again. */
export async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
  }
}
