import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readIssuerPage } from "../support/issuer-page.ts";
import { openIssuer } from "../support/open-issuer.ts";

let issuer: Awaited<ReturnType<typeof openIssuer>>;
beforeAll(async () => {
  issuer = await openIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const { endpoints } = readIssuerPage();

test.each(endpoints)("$method $path, which the page lists, is there", async ({ method, path }) => {
  const response = await issuer.get(path, { method, redirect: "manual" });
  expect([404, 405]).not.toContain(response.status);
});

test("whatever the metadata name is on the page", async () => {
  const metadata = (await (await issuer.get("/.well-known/openid-configuration")).json()) as object;
  const named = Object.values(metadata)
    .filter((value) => typeof value === "string" && value.includes("/oauth/"))
    .map((value) => new URL(value).pathname);

  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !endpoints.some((each) => each.path === path))).toEqual([]);
});
