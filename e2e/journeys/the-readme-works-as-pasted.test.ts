import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { startStack } from "../stack.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";

/** The block below the comment that names this test, each call with what it must print. */
const outcomes = [
  /"name":"Ada Lovelace".*"version":1/,
  /\{"data":\[.*"has_more":/,
  /^HTTP\/1\.1 401 [\s\S]*"code":"token_missing"/,
  /^HTTP\/1\.1 401 [\s\S]*"code":"token_(malformed|signature_invalid)"/,
  /<code>token_signature_invalid<\/code>/,
  /\{"keys":\[\{.*"alg":"ES256"/,
  /"token_endpoint":"http:\/\/localhost:\d+\/oauth\/token"/,
];

test("every call in README works as pasted", async () => {
  await using stack = await startStack();
  const readme = await readFile(join(root, "README.md"), "utf8");
  const block = /<!-- calls: [^\n]*\n```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const lines = block
    .replaceAll("http://localhost:9001", stack.url)
    .replace(/^curl/gm, "echo @@; curl");
  const env = { ...process.env, ...stack.env, COMPOSE_PROJECT_NAME: stack.project };

  const { status, stdout, stderr } = await run("bash", ["-euc", lines], { cwd: root, env });

  expect(status === 0 ? 0 : stderr).toBe(0);
  const printed = stdout.split("@@\n").slice(1);
  expect(printed).toHaveLength(outcomes.length);
  for (const [index, outcome] of outcomes.entries()) expect(printed[index]).toMatch(outcome);
});

test("make token and make demo work on a stack that is up", async () => {
  await using stack = await startStack();
  const env = { ...process.env, ...stack.env, COMPOSE_PROJECT_NAME: stack.project };
  const make = (...args: string[]) => run("make", ["-s", ...args], { cwd: root, env });

  const token = await make("token", "CLIENT=svc-reader");
  const demo = await make("demo");

  expect((await stack.get("/billing/v1/invoices", { token: token.stdout.trim() })).status).toBe(
    200,
  );
  expect([demo.status, demo.stderr]).toEqual([0, ""]);
  for (const code of ["token_missing", "token_signature_invalid", "scope_missing", "not_found"]) {
    expect(demo.stdout).toContain(code);
  }
});

test("where no stack is up, make demo says in one line how to start one", async () => {
  const env = { ...process.env, COMPOSE_PROJECT_NAME: "tollgate-e2e-none" };

  const { status, stderr } = await run("make", ["-s", "demo"], { cwd: root, env });

  expect(status).not.toBe(0);
  expect(stderr.split("\n")[0]).toBe(
    "The stack is not up. Start it with: make up (in containers) or make dev (without Docker)",
  );
});
