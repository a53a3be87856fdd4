import { hash, randomBytes } from "node:crypto";
import Router from "@koa/router";
import type { Log } from "@tollgate/shared/log";
import * as z from "zod";
import { type AuditEvent, recordOf } from "../audit/audit-event.ts";
import { type Client, clientSchema, methodOf } from "../clients/client.ts";
import type { StoredClient } from "../clients/client-store.ts";
import type { Parts } from "../open-parts.ts";
import { problem } from "../problems.ts";
import { accessFaults } from "../resources/check-access.ts";
import { untilNow } from "../revocation/until-now.ts";
import { inputOf, invalid } from "./read-json.ts";

const named = z.strictObject({ client_id: z.string() });

/** `tollgate clients list|add|secret|enable|disable|remove`. A new secret is shown once. */
export function clientRoutes(parts: Parts, log: Log): Router {
  const { clientStore, directory, registry, trail, wake, now } = parts;
  const nameOf = (input: unknown) => inputOf(named, input).client_id;

  async function change(
    clientId: string,
    event: AuditEvent["event"],
    to: (before: StoredClient | undefined) => StoredClient | undefined,
    revokes = false,
  ) {
    const record = recordOf({ event, client_id: clientId, by: "operator" });
    await clientStore.change(clientId, to, {
      audit: [{ record, at: new Date(now()) }],
      revocations: revokes ? [{ kind: "client", value: clientId, ...untilNow(now()) }] : [],
    });
    trail.logged(log, record);
    wake();
  }

  return new Router()
    .get("/clients", (ctx) => {
      ctx.body = { clients: directory.all().values().map(shown).toArray() };
    })
    .post("/clients/add", async (ctx) => {
      const secret = randomBytes(32).toString("base64url");
      const definition = { ...(ctx.state.input as Record<string, unknown>) };
      const isSecret =
        definition.jwks === undefined && definition.token_endpoint_auth_method !== "none";
      if (isSecret) definition.secrets = [slotOf(secret)];
      const client = inputOf(clientSchema, definition);
      const [fault] = accessFaults(client, [...registry.resources.values()]);
      if (fault) throw invalid(`${fault.path.join(".")}: ${fault.message}`);
      const { client_id } = client;
      await change(client_id, "client_added", (before) => {
        if (before ?? registry.clients.get(client_id))
          throw invalid(`${client_id} is there already`);
        return { client_id, definition, enabled: true };
      });
      ctx.body = { client_id, ...(isSecret ? { client_secret: secret } : {}) };
    })
    .post("/clients/secret", async (ctx) => {
      const client_id = nameOf(ctx.state.input);
      const secret = randomBytes(32).toString("base64url");
      await change(client_id, "client_secret_added", (before) => {
        const stored = storedOf(before, client_id);
        const [latest] = (stored.definition.secrets ?? []) as unknown[];
        if (latest === undefined) throw invalid(`${client_id} does not authenticate by a secret`);
        // Two slots: the one before works on, the one before that does not.
        return {
          ...stored,
          definition: { ...stored.definition, secrets: [slotOf(secret), latest] },
        };
      });
      ctx.body = { client_id, client_secret: secret };
    })
    .post("/clients/enable", async (ctx) => {
      const client_id = nameOf(ctx.state.input);
      await change(client_id, "client_enabled", (before) => switched(before, client_id, true));
      ctx.body = { client_id, enabled: true };
    })
    .post("/clients/disable", async (ctx) => {
      const client_id = nameOf(ctx.state.input);
      const off = (before?: StoredClient) => switched(before, client_id, false);
      await change(client_id, "client_disabled", off, true);
      ctx.body = { client_id, enabled: false };
    })
    .post("/clients/remove", async (ctx) => {
      const client_id = nameOf(ctx.state.input);
      const gone = (before?: StoredClient) => void storedOf(before, client_id);
      await change(client_id, "client_removed", gone, true);
      ctx.body = { client_id, removed: true };
    });

  function switched(before: StoredClient | undefined, client_id: string, enabled: boolean) {
    if (!before && !registry.clients.has(client_id)) throw unknown(client_id);
    return { client_id, definition: before?.definition ?? null, enabled };
  }
}

function storedOf(before: StoredClient | undefined, clientId: string) {
  if (before === undefined) throw unknown(clientId);
  const { definition } = before;
  if (definition === null) throw invalid(`${clientId} is declared in the file: change it there`);
  return { ...before, definition };
}

function unknown(clientId: string) {
  return problem("not_found", { detail: `There is no client ${clientId} that was added here` });
}

function slotOf(secret: string) {
  return { sha256: hash("sha256", secret, "hex") };
}

/** Never a secret's hash. */
function shown(client: Client) {
  const { client_id, enabled, tenant, access, serves, secrets, grant_types, redirect_uris } =
    client;
  return {
    client_id,
    enabled,
    tenant,
    method: methodOf(client),
    secrets: secrets.length,
    grant_types,
    redirect_uris,
    access,
    serves,
  };
}
