import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { createIssuerDatabase } from "../support/issuer-database.ts";
import { issuerSettings, newKey } from "../support/issuer-settings.ts";

type Line = Record<string, unknown>;

/** An entry of the issuer as a process of its own; `lines` are those of its log. */
function start(entry: string, env: Record<string, string>) {
  const path = fileURLToPath(new URL(`../../src/${entry}`, import.meta.url));
  const child = spawn(process.execPath, [path], { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines: Line[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(JSON.parse(line)));
  const ended = Promise.all([once(child, "exit"), once(reader, "close")]);
  return {
    lines,
    stop: () => child.kill("SIGTERM"),
    exitCode: async () => (await ended)[0][0] as number | null,
    async logged(event: string): Promise<Line> {
      for (let attempt = 0; attempt < 400; attempt += 1) {
        const line = lines.find((each) => each.event === event);
        if (line !== undefined) return line;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`${event} was not logged: ${JSON.stringify(lines)}`);
    },
  };
}

test("told to stop, the issuer ends with 0", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  const issuer = start("main.ts", settings.env);
  await issuer.logged("keys_loaded");
  issuer.stop();
  expect(await issuer.exitCode()).toBe(0);
  expect(issuer.lines.at(-1)).toMatchObject({ event: "stopped" });
});

test("a wrong wrapping key ends it with 1, and the last line says why", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  const first = start("main.ts", settings.env);
  await first.logged("keys_loaded");
  first.stop();
  await first.exitCode();
  await settings.write("wrapping_key", newKey());

  const second = start("main.ts", settings.env);

  expect(await second.exitCode()).toBe(1);
  expect(second.lines.at(-1)).toMatchObject({
    level: "fatal",
    msg: expect.stringContaining("ISSUER_WRAPPING_KEY_FILE"),
  });
});

test("a port that is taken ends it with 1, and the last line names the variable", async () => {
  await using settings = await issuerSettings("postgres://nobody:x@127.0.0.1:1/nothing");
  const squatter = createServer().listen(0);
  await once(squatter, "listening");
  const { port } = squatter.address() as { port: number };

  const issuer = start("main.ts", { ...settings.env, ISSUER_PORT: String(port) });

  const exitCode = await issuer.exitCode();
  squatter.close();
  expect(exitCode).toBe(1);
  expect(issuer.lines.at(-1)?.msg).toContain(`port ${port} is taken: set ISSUER_PORT`);
});

test("only the tutorial's entry gives tokens to anybody, and warns of it", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  const env = {
    ...settings.env,
    ISSUER_TUTORIAL_SECRET_KEY_FILE: await settings.write("secret_key", "shh"),
  };
  const issuer = start("main.ts", env);
  const tutorial = start("tutorial/main.ts", env);
  const answers = await Promise.all(
    [issuer, tutorial].map(async (each) => {
      const { port } = await each.logged("started");
      return await fetch(`http://127.0.0.1:${port}/`);
    }),
  );
  expect(answers.map(({ status }) => status)).toEqual([404, 200]);
  expect(await tutorial.logged("tutorial_started")).toMatchObject({ level: "warn" });
  issuer.stop();
  tutorial.stop();
  expect(await Promise.all([issuer.exitCode(), tutorial.exitCode()])).toEqual([0, 0]);
});

test("the migrate job makes the database, and a second run changes nothing", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  const admin = new URL(process.env.TEST_POSTGRES_URL ?? "");
  const env = {
    ...settings.env,
    ISSUER_ADMIN_DATABASE_URL: `postgres://${admin.username}@${admin.host}/postgres`,
    ISSUER_ADMIN_DATABASE_PASSWORD_FILE: await settings.write("superuser", admin.password),
    ISSUER_OWNER_PASSWORD_FILE: await settings.write("owner", "owner's own"),
    ISSUER_DATABASE_URL: settings.env.ISSUER_DATABASE_URL.replace(/[^/]+$/, `${database.name}_new`),
  };
  const first = start("migrate.ts", env);
  expect(await first.exitCode()).toBe(0);
  expect(await first.logged("database_migrated")).toMatchObject({
    applied: expect.arrayContaining(["0001-signing-keys", "0007-key-life"]),
  });
  const second = start("migrate.ts", env);
  expect(await second.exitCode()).toBe(0);
  expect(await second.logged("database_migrated")).toMatchObject({ applied: [] });
});

test("a superuser's wrong password ends the migrate job at once, and it says so", async () => {
  await using database = await createIssuerDatabase();
  await using settings = await issuerSettings(database.url);
  const admin = new URL(process.env.TEST_POSTGRES_URL ?? "");
  const job = start("migrate.ts", {
    ...settings.env,
    ISSUER_ADMIN_DATABASE_URL: `postgres://${admin.username}@${admin.host}/postgres`,
    ISSUER_ADMIN_DATABASE_PASSWORD_FILE: await settings.write("superuser", "wrong"),
    ISSUER_OWNER_PASSWORD_FILE: await settings.write("owner", "owner's own"),
  });
  expect(await job.exitCode()).toBe(1);
  expect(job.lines.at(-1)?.msg).toMatch(/^ISSUER_ADMIN_DATABASE_URL: .* refuses us: /);
});
