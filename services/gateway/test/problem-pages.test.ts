import { expect, test } from "@jest/globals";
import { problemGuide } from "@tollgate/shared/problem-guide/whole";
import { tokenCatalogue } from "@tollgate/shared/tokens/token-problems";
import { gatewayCatalogue } from "../src/problems.ts";
import { startFixture } from "./support/gateway.ts";

test("every code of the gateway and of tokens is explained, with the status that it has", () => {
  const answered = { ...gatewayCatalogue, ...tokenCatalogue };

  for (const [code, { status }] of Object.entries(answered)) {
    expect({ code, status: problemGuide[code]?.[0] }).toEqual({ code, status });
  }
});

test("the type of a refusal leads to its page, without a token", async () => {
  await using gateway = await startFixture();
  const refusal = await gateway.send("/billing/x", {});
  const { type } = (await refusal.json()) as { type: string };

  const page = await gateway.send(type, {});

  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await page.text()).toContain("Get one at POST /oauth/token");
});

test("the index names all codes, and nothing else is under /problems", async () => {
  await using gateway = await startFixture();

  const index = await (await gateway.send("/problems", {})).text();
  const missing = await gateway.send("/problems/nothing", {});

  for (const code of Object.keys(problemGuide)) expect(index).toContain(`<code>${code}</code>`);
  expect(missing.status).toBe(404);
});
