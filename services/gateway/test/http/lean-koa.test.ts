import { expect, test } from "@jest/globals";
import { startServer } from "@tollgate/shared/testing/start-server";
import { LeanKoa } from "../../src/http/lean-koa.ts";

test("no listener of Koa's is put on a response", async () => {
  const app = new LeanKoa();
  let listeners: number | undefined;
  app.use((ctx) => {
    listeners = ctx.res.listenerCount("end");
    ctx.respond = false;
    ctx.res.end("answered");
  });
  await using server = await startServer(app.callback());

  const response = await fetch(server.url);
  expect(await response.text()).toBe("answered");
  expect(listeners).toBe(0);
});

test.each([
  ["throws", () => Promise.reject(new Error("secret"))],
  ["answers nothing", () => {}],
])("a step that %s leaves no request open and tells nothing", async (_what, step) => {
  const app = new LeanKoa();
  const errors: Error[] = [];
  app.on("error", (error) => errors.push(error)).use(step);
  await using server = await startServer(app.callback());

  const response = await fetch(server.url);
  expect(response.status).toBe(500);
  expect(await response.text()).toBe("Internal Server Error");
  expect(errors).toHaveLength(1);
});
