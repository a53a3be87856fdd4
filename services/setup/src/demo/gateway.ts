import { randomUUID } from "node:crypto";
import type { DemoConfig } from "./config.ts";
import { DemoError } from "./demo-error.ts";
import { readSecret } from "./read-secret.ts";

export type Answer = {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
};

export type Call = { token?: string; body?: object; headers?: Record<string, string> };

export type TokenRequest = { client: string; resource: string; scope?: string };

export type Gateway = ReturnType<typeof createGateway>;

/** The stack as a client sees it: one door. */
export function createGateway({ gatewayUrl, clientsDir }: DemoConfig) {
  async function send(method: string, path: string, init: RequestInit): Promise<Answer> {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(gatewayUrl + path, { ...init, method, signal });
    const { status, headers } = response;
    return { method, path, status, headers, body: parsed(await response.text()) };
  }

  /** RFC 6749 section 4.4, with the resource of RFC 8707. */
  async function requestToken({ client, resource, scope }: TokenRequest): Promise<Answer> {
    const secret = await readSecret(clientsDir, client);
    const form = new URLSearchParams({ grant_type: "client_credentials", resource });
    if (scope) form.set("scope", scope);
    const authorization = `Basic ${Buffer.from(`${client}:${secret}`).toString("base64")}`;
    return await send("POST", "/oauth/token", { headers: { authorization }, body: form });
  }

  return {
    requestToken,

    async token(request: TokenRequest): Promise<string> {
      const { status, body } = await requestToken(request);
      if (status === 200) return String(body.access_token);
      const reason = body.error_description ?? body.detail ?? body.title ?? "";
      throw new DemoError(`No token for ${request.client}: ${status} ${errorOf(body)}: ${reason}`);
    },

    async call(method: string, path: string, call: Call = {}): Promise<Answer> {
      const headers = new Headers(call.headers);
      if (call.token) headers.set("authorization", `Bearer ${call.token}`);
      if (call.body) headers.set("content-type", "application/json");
      if (method === "POST") headers.set("idempotency-key", randomUUID());
      const body = call.body ? JSON.stringify(call.body) : null;
      return await send(method, path, { headers, body });
    },
  };
}

export function errorOf(body: Answer["body"]): string {
  return String(body.code ?? body.error ?? "");
}

function parsed(text: string): Answer["body"] {
  try {
    return JSON.parse(text) as Answer["body"];
  } catch {
    return {};
  }
}
