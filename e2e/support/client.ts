import { randomUUID } from "node:crypto";

export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  /** The body's members; whoever reads one that is not there sees undefined. */
  json: Json;
};

// biome-ignore lint/suspicious/noExplicitAny: what the stack answers is what the tests look into
type Json = any;

export type Call = {
  token?: string | undefined;
  headers?: Record<string, string>;
  body?: object;
  /** After which the client hangs up. */
  patienceMs?: number;
};

export type TokenRequest = { scope?: string; resource?: string };

export type Client = ReturnType<typeof createClient>;

export const billing = "https://billing.tollgate.internal";
export const reports = "https://reports.tollgate.internal";

/** The stack as a client sees it: one door. */
export function createClient(url: string, secretOf: (client: string) => Promise<string>) {
  async function send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(url + path, {
      signal: AbortSignal.timeout(30_000),
      ...init,
      method,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }

  function call(method: string, path: string, call_: Call = {}) {
    const { token, headers, body, patienceMs = 30_000 } = call_;
    const all = new Headers(headers);
    if (token !== undefined) all.set("authorization", `Bearer ${token}`);
    if (body !== undefined) all.set("content-type", "application/json");
    if (method === "POST" && !all.has("idempotency-key")) all.set("idempotency-key", randomUUID());
    const signal = AbortSignal.timeout(patienceMs);
    return send(method, path, { headers: all, body: body ? JSON.stringify(body) : null, signal });
  }

  /** A client's call to the issuer, with its secret. */
  async function ask(client: string, path: string, body: URLSearchParams): Promise<Answer> {
    const credentials = `${client}:${await secretOf(client)}`;
    const authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
    return await send("POST", path, { headers: { authorization }, body });
  }

  /** RFC 6749 section 4.4 with the resource of RFC 8707. */
  function requestToken(client: string, { scope, resource = billing }: TokenRequest = {}) {
    const form = new URLSearchParams({ grant_type: "client_credentials", resource });
    if (scope !== undefined) form.set("scope", scope);
    return ask(client, "/oauth/token", form);
  }

  /** RFC 8693: goes on with somebody's access token, in the client's own name. */
  function exchange(client: string, subject: string, resource = billing) {
    const type = "urn:ietf:params:oauth:token-type:access_token";
    const grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    const sent = { subject_token: subject, subject_token_type: type, resource };
    return ask(client, "/oauth/token", new URLSearchParams({ grant_type: grant, ...sent }));
  }

  return {
    call,
    requestToken,
    exchange,
    revoke: (client: string, token: string) =>
      ask(client, "/oauth/revoke", new URLSearchParams({ token })),
    get: (path: string, call_: Call = {}) => call("GET", path, call_),
    post: (path: string, body: object, call_: Call = {}) => call("POST", path, { ...call_, body }),

    async token(client: string, request: TokenRequest = {}): Promise<string> {
      const { status, json, text } = await requestToken(client, request);
      if (status !== 200) throw new Error(`no token for ${client}: ${status} ${text}`);
      return json.access_token;
    },
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
