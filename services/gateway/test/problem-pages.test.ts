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

test("the code of a refusal leads to its page as well, as it is written in the answer", async () => {
  await using gateway = await startFixture();
  const refusal = await gateway.send("/billing/x", {});
  const { type, code } = (await refusal.json()) as { type: string; code: string };

  const page = await gateway.send(`/problems/${code}`, {});

  expect(page.status).toBe(200);
  expect(await page.text()).toBe(await (await gateway.send(type, {})).text());
});

test("the index names all codes, and nothing else is under /problems", async () => {
  await using gateway = await startFixture();

  const index = await (await gateway.send("/problems", {})).text();
  const missing = await gateway.send("/problems/nothing", {});

  for (const code of Object.keys(problemGuide)) expect(index).toContain(`<code>${code}</code>`);
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({ code: "not_found" });
});

test("an unknown page is a 404 of the gateway's, though a route leads everywhere", async () => {
  await using gateway = await startFixture({
    routes: (_issuer, upstream) =>
      `routes: [{ path: /, upstream: "${upstream}", access: public }]\n`,
  });

  const missing = await gateway.send("/problems/nothing", {});
  const elsewhere = await gateway.send("/problemsome", {});

  expect([missing.status, elsewhere.status]).toEqual([404, 200]);
  expect(gateway.upstream.requests.map(({ url }) => url)).toEqual(["/problemsome"]);
});

test("no route can take the place of the pages", async () => {
  const start = startFixture({
    routes: (_issuer, upstream) =>
      `routes: [{ path: /problems/x, upstream: "${upstream}", access: public }]\n`,
  });

  await expect(start).rejects.toThrow(/:1:18: routes.0.path: must not be under \/problems/);
});

test("a page can be asked for with GET and HEAD alone", async () => {
  await using gateway = await startFixture();

  const page = await gateway.send("/problems/token-expired", {});
  const head = await gateway.send("/problems/token-expired", { method: "HEAD" });
  const post = await gateway.send("/problems/token-expired", { method: "POST" });

  expect(head.status).toBe(200);
  expect(head.headers.get("content-length")).toBe(page.headers.get("content-length"));
  expect(await head.text()).toBe("");
  expect(post.status).toBe(405);
  expect(post.headers.get("allow")).toBe("GET, HEAD");
});

test("every page says what the code means and what to do about it", async () => {
  await using gateway = await startFixture();

  for (const [code, [status, meaning, remedy]] of Object.entries(problemGuide)) {
    const page = await gateway.send(`/problems/${code.replaceAll("_", "-")}`, {});
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain(`HTTP status ${status}`);
    expect(Math.min(meaning.length, remedy.length)).toBeGreaterThan(10);
  }
});
