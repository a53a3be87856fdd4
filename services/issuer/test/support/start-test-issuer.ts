import type { Env } from "@tollgate/shared/config";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { createControlClient } from "../../src/cli/call-control.ts";
import { runCommand } from "../../src/cli/run-command.ts";
import { loadConfig } from "../../src/config.ts";
import { startIssuer } from "../../src/run-issuer.ts";
import { secrets } from "./issuer-settings.ts";

/** The real issuer on free ports, with what a test asks of it. */
export async function startTestIssuer(env: Env, now?: () => number) {
  const { log, lines } = recordingLog("issuer");
  const running = await startIssuer(loadConfig(env), log, undefined, now);
  const operate = (words: string[], input: string) =>
    runCommand(words, createControlClient(String(running.controlPort)), async () => input);
  const url = `http://127.0.0.1:${running.port}`;
  const adminUrl = `http://127.0.0.1:${running.adminPort}`;
  return {
    url,
    log,
    lines,
    failed: running.failed,
    linesOf: (event: string) => lines.filter((line) => line.event === event),
    get: (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init),
    /** Waits until all that happened so far is in the audit table. */
    audited: () => running.audited(),
    users: running.users,
    /** The operator's command, as `tollgate` in the container. */
    tollgate: (...words: string[]) => operate(words, ""),
    /** The same with a line on standard input. */
    tollgateWith: (input: string, ...words: string[]) => operate(words, input),
    controlUrl: `http://127.0.0.1:${running.controlPort}`,
    ready: () => fetch(`${adminUrl}/readyz`),
    /** Waits until the issuer is ready, or is not ready any more. */
    async becomes(status: 200 | 503) {
      for (let attempt = 0; attempt < 200; attempt += 1) {
        const answer = await fetch(`${adminUrl}/readyz`);
        if (answer.status === status) return await answer.json();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`the issuer did not become ${status}`);
    },
    token: (form: Form, client: Credentials = "svc-demo") =>
      post(`${url}/oauth/token`, form, client),
    introspect: (token: string, client: Credentials) =>
      post(`${url}/oauth/introspect`, { token }, client),
    revoke: (token: string, client: Credentials) => post(`${url}/oauth/revoke`, { token }, client),
    revocations: (query = "") => fetch(`${url}/internal/revocations${query}`),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

export type Form = Record<string, string> | [string, string][];
export type Credentials = keyof typeof secrets | { id: string; secret: string } | null;

async function post(url: string, form: Form, client: Credentials) {
  const headers = client === null ? undefined : { authorization: basic(client) };
  return await fetch(url, {
    method: "POST",
    body: new URLSearchParams(form),
    ...(headers && { headers }),
  });
}

/** RFC 6749 section 2.3.1: both halves are form-encoded first. */
export function basic(client: NonNullable<Credentials>): string {
  const { id, secret } =
    typeof client === "string" ? { id: client, secret: secrets[client] } : client;
  const pair = [id, secret].map((half) => new URLSearchParams({ half }).toString().slice(5));
  return `Basic ${Buffer.from(pair.join(":")).toString("base64")}`;
}
