import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startTestIssuer } from "@tollgate/shared/testing/signing-keys";
import { query } from "../support/billing-database.ts";
import { allScopes, caller, tenantA } from "../support/start-billing.ts";

const database = `billing_${randomBytes(6).toString("hex")}`;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  const server = new URL(process.env.TEST_POSTGRES_URL as string);
  folder = await mkdtemp(join(tmpdir(), "billing-process-"));
  const secrets = {
    superuser: decodeURIComponent(server.password),
    owner: "owner-for-tests", // roles belong to the whole server, and other files use them as well
    app: "app-for-tests",
    tutorial: randomBytes(32).toString("base64url"),
  };
  for (const [name, secret] of Object.entries(secrets)) {
    await writeFile(join(folder, name), `${secret}\n`);
  }
  env = {
    BILLING_PORT: "0",
    BILLING_ADMIN_PORT: "0",
    BILLING_ADMIN_DATABASE_URL: `postgres://postgres@${server.host}/postgres`,
    BILLING_ADMIN_DATABASE_PASSWORD_FILE: join(folder, "superuser"),
    BILLING_OWNER_PASSWORD_FILE: join(folder, "owner"),
    BILLING_DATABASE_URL: `postgres://billing_app@${server.host}/${database}`,
    BILLING_DATABASE_PASSWORD_FILE: join(folder, "app"),
    BILLING_TUTORIAL_SECRET_KEY_FILE: join(folder, "tutorial"),
  };
});
afterAll(async () => {
  await query(
    process.env.TEST_POSTGRES_URL as string,
    `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`,
  );
  await rm(folder, { recursive: true });
});

/** An entry of billing as a process of its own, as it runs in a container. */
function start(entry: string, changes: Record<string, string> = {}) {
  const file = fileURLToPath(new URL(`../../src/${entry}`, import.meta.url));
  const child = spawn(process.execPath, [file], { env: { ...env, ...changes } });
  const lines: Record<string, unknown>[] = [];
  let wake = () => {};
  child.stdout.on("data", (data) => {
    for (const line of String(data).split("\n").filter(Boolean)) lines.push(JSON.parse(line));
    wake();
  });
  return {
    child,
    lines,
    async line(event: string) {
      for (;;) {
        const found = lines.find((each) => each.event === event);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    exit: exitOf(child),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exitOf(child);
    },
  };
}

/** Once all that it printed was read as well. */
async function exitOf(child: ChildProcess): Promise<number | null> {
  if (!child.stdout?.closed) await once(child, "close");
  return child.exitCode;
}

test("migrate makes the database; a second run changes nothing; billing serves and stops", async () => {
  await using first = start("migrate.ts");
  expect(await first.exit).toBe(0);
  expect(await first.line("database_migrated")).toMatchObject({ applied: { length: 7 } });
  await using second = start("migrate.ts");
  expect(await second.exit).toBe(0);
  expect(await second.line("database_migrated")).toMatchObject({ applied: [] });
  await using third = start("migrate.ts", { BILLING_ADMIN_DATABASE_URL: "none" });
  expect(await third.exit).toBe(0);

  await using issuer = await startTestIssuer();
  const tokens = { BILLING_ISSUER_URL: issuer.issuer, BILLING_JWKS_URI: issuer.jwksUri };
  await using billing = start("main.ts", tokens);
  const { port, admin_port } = await billing.line("started");
  const token = await issuer.token({ tenant: tenantA, scope: allScopes });
  const answer = await caller(`http://127.0.0.1:${port}`, token).get("/v1/invoices");
  expect(answer.json).toEqual({ data: [], next_cursor: null, has_more: false });
  const ready = await fetch(`http://127.0.0.1:${admin_port}/readyz`);
  expect(await ready.json()).toEqual({ ready: true, checks: { database: "ok", keys: "ok" } });
  const metrics = await (await fetch(`http://127.0.0.1:${admin_port}/metrics`)).text();
  expect(metrics).toContain('http_route="/v1/invoices"');
  expect(metrics).toContain("db_client_connection_count");

  billing.child.kill("SIGTERM");
  expect(await billing.exit).toBe(0);
  expect(JSON.stringify(billing.lines)).not.toContain(token);
});

test("of two migrate jobs at once each step is taken by one, and both end well", async () => {
  const twice = `${database}_twice`;
  const url = (env.BILLING_DATABASE_URL as string).replace(database, twice);
  await using one = start("migrate.ts", { BILLING_DATABASE_URL: url });
  await using other = start("migrate.ts", { BILLING_DATABASE_URL: url });

  const exits = [await one.exit, await other.exit];
  await query(process.env.TEST_POSTGRES_URL as string, `DROP DATABASE ${twice} WITH (FORCE)`);

  expect(exits).toEqual([0, 0]);
  const lines = [await one.line("database_migrated"), await other.line("database_migrated")];
  expect(lines.flatMap(({ applied }) => applied)).toHaveLength(7);
});

test("told to stop while it waits for PostgreSQL, the migrate job ends at once, with nothing done", async () => {
  await using job = start("migrate.ts", {
    BILLING_ADMIN_DATABASE_URL: "postgres://postgres@127.0.0.1:1/postgres",
  });
  await job.line("database_awaited");

  job.child.kill("SIGTERM");

  expect(await job.exit).toBe(1);
  expect(job.lines.map(({ event }) => event)).toEqual([
    "database_awaited",
    "stop_requested",
    "stopped",
  ]);
});

test("a role that could escape ends the process at once, and the last line says why", async () => {
  const asOwner = (env.BILLING_DATABASE_URL as string).replace("billing_app", "billing_owner");
  await using billing = start("main.ts", {
    BILLING_DATABASE_URL: asOwner,
    BILLING_DATABASE_PASSWORD_FILE: join(folder, "owner"),
  });

  expect(await billing.exit).toBe(1);
  expect(billing.lines.at(-1)).toMatchObject({
    event: "config_invalid",
    msg: expect.stringContaining("BILLING_DATABASE_URL logs in as a role that owns the table"),
  });
});

test("faults of the configuration end the process at once, all in the last line", async () => {
  await using billing = start("main.ts", { BILLING_PORT: "x", BILLING_DATABASE_POOL: "0" });

  expect(await billing.exit).toBe(1);
  expect(billing.lines.at(-1)?.msg).toMatch(/BILLING_PORT is "x".*BILLING_DATABASE_POOL is "0"/);
});

test("a port that is taken is named with its variable", async () => {
  await using issuer = await startTestIssuer();
  const taken = new URL(issuer.issuer).port;
  await using billing = start("main.ts", { BILLING_PORT: taken });

  expect(await billing.exit).toBe(1);
  expect(billing.lines.at(-1)?.msg).toContain(`port ${taken} is taken: set BILLING_PORT`);
});

test("the tutorial warns that it is for learning, and normal billing knows nothing of it", async () => {
  await using tutorial = start("tutorial/main.ts");
  expect(await tutorial.line("tutorial_started")).toMatchObject({ level: "warn" });
  const { port } = await tutorial.line("started");
  const refused = await fetch(`http://127.0.0.1:${port}/`);
  expect([refused.status, refused.headers.get("content-type")]).toEqual([
    401,
    "text/plain; charset=utf-8",
  ]);

  await using billing = start("main.ts");
  const { port: normal } = await billing.line("started");
  expect((await caller(`http://127.0.0.1:${normal}`).get("/")).json.code).toBe("token_missing");
});
