import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Stack } from "../stack.ts";
import { billing } from "./client.ts";
import { until } from "./until.ts";

export type Person = { sub: string; username: string; password: string };

const tollgate = (stack: Stack, ...words: string[]) =>
  stack.must("exec", "-T", "issuer", "tollgate", ...words);

/** What `tollgate` prints of something that it has made: a name and a value a line. */
function madeIn(printed: string): Record<string, string> {
  return Object.fromEntries(
    printed.split("\n").map((line) => line.split(": ") as [string, string]),
  );
}

/** Somebody who may read and write invoices of the demo's tenant, with the password made for them. */
export async function addPerson(stack: Stack, username: string): Promise<Person> {
  const declaration = {
    username,
    name: "Grace Hopper",
    email: `${username}@example.com`,
    tenant: "01920000-0000-7000-8000-000000000001",
    access: [{ resource: billing, scopes: ["invoices:read", "invoices:write"], roles: ["clerk"] }],
  };
  const made = madeIn(await tollgate(stack, "users", "add", JSON.stringify(declaration)));
  const { sub = "", password = "" } = made;
  await listed(stack, "users", sub);
  return { sub, username, password };
}

/** An app that people use; its secret, if it has one. */
export async function addApp(stack: Stack, client_id: string, more: object) {
  const declaration = {
    client_id,
    grant_types: ["authorization_code", "refresh_token"],
    access: [{ resource: billing, scopes: ["invoices:read", "invoices:write"] }],
    ...more,
  };
  const made = madeIn(await tollgate(stack, "clients", "add", JSON.stringify(declaration)));
  await listed(stack, "clients", client_id);
  return { secret: made.client_secret ?? "" };
}

/** Adding answers when it is stored; a moment later every replica knows of it. */
async function listed(stack: Stack, what: "users" | "clients", name: string): Promise<void> {
  await until(
    () => tollgate(stack, what, "list"),
    (list) => list.includes(name),
  );
}

/** An app's own address, as far as a browser cares: it takes what it is sent, and keeps the last. */
export async function startApp() {
  const visits: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", origin());
    if (url.pathname !== "/favicon.ico") visits.push(url);
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><html lang=en><title>The app</title><h1>The app</h1>");
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    callback: `${origin()}/callback`,
    bye: `${origin()}/bye`,
    /** The address that the browser came to last. */
    lastVisit: () => visits.at(-1),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
