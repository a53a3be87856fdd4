import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { createLog } from "@tollgate/shared/log";
import { loadConfig } from "../../../gateway/src/config.ts";
import { startGateway } from "../../../gateway/src/start-gateway.ts";
import { createOpen } from "../support/bodies.ts";
import { caller as callerWith, startBillingUnderTest } from "../support/start-billing.ts";

const routes = fileURLToPath(new URL("../../../../config/gateway.yaml", import.meta.url));

/** The routes as they are shipped, in front of a billing of the test's own. */
async function startBehindGateway() {
  await using opened = new AsyncDisposableStack();
  const billing = opened.use(await startBillingUnderTest());
  const { issuer, jwksUri } = billing.issuer;
  const env = {
    GATEWAY_CONFIG: routes,
    GATEWAY_PORT: "0",
    GATEWAY_ADMIN_PORT: "0",
    ISSUER_URL: issuer,
    ISSUER_UPSTREAM: new URL(jwksUri).origin,
    BILLING_UPSTREAM: billing.url,
  };
  const gateway = opened.use(
    await startGateway(loadConfig(env), env, createLog("gateway", "silent")),
  );
  const rest = opened.move();
  const url = `http://127.0.0.1:${gateway.port}`;
  return { billing, url, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

test("the description is there for everybody, page and all", async () => {
  await using front = await startBehindGateway();
  const anybody = callerWith(front.url);

  const description = await anybody.get("/billing/openapi.json");
  expect(description.json).toMatchObject({ openapi: "3.1.0", servers: [{ url: "/billing" }] });
  for (const part of ["", "/start.js", "/swagger-ui.css", "/swagger-ui-bundle.js"]) {
    expect([part, (await anybody.get(`/billing/docs${part}`)).status]).toEqual([part, 200]);
  }
  expect((await anybody.get("/billing/v1/invoices")).json.code).toBe("token_missing");
});

test("what needs a scope is refused at the door without one, and documents go through", async () => {
  await using front = await startBehindGateway();
  const id = await createOpen(await front.billing.as());
  const caller = callerWith(front.url, await front.billing.token());
  const reader = callerWith(front.url, await front.billing.token({ scope: "invoices:read" }));

  const pdf = await reader.get(`/billing/v1/invoices/${id}/document`, {
    accept: "application/pdf",
  });
  expect([pdf.status, pdf.headers.get("content-type")]).toEqual([200, "application/pdf"]);
  const path = `/billing/v1/invoices/${id}/void`;
  const seen = { "if-match": '"2"' };
  const refused = await reader.post(path, { reason: "x" }, seen);
  expect([refused.status, refused.json.code]).toEqual([403, "scope_missing"]);
  expect((await caller.post(path, { reason: "x" }, seen)).json.status).toBe("void");
});
