import { randomBytes } from "node:crypto";
import Router from "@koa/router";
import type { Log } from "@tollgate/shared/log";
import * as z from "zod";
import type { Parts } from "../open-parts.ts";
import { scopeSchema } from "../resources/resource.ts";
import type { User } from "../users/user.ts";
import type { StoredUser } from "../users/user-store.ts";
import { createUserEditor } from "./edit-users.ts";
import { inputOf, invalid } from "./read-json.ts";

/** A sub or a username. */
const user = z.string().max(128);
const named = z.strictObject({ user });
/** In clear, as it was typed; without one, it is made here. */
const password = z.string().optional();
const passwordInput = z.strictObject({ user, password });
const addInput = z.strictObject({
  definition: z.record(z.string(), z.unknown()),
  password,
  passwordless: z.boolean().default(false),
});
const rolesInput = z.strictObject({
  user,
  resource: z.string(),
  roles: z.array(z.string()),
  /** Needed for a resource that the person had no access to. */
  scopes: z.array(scopeSchema).optional(),
});

/** `tollgate users list|add|password|roles|enable|disable`. A password made here is shown once. */
export function userRoutes(parts: Parts, log: Log): Router {
  const { everybody, find, change, choosePassword, checked } = createUserEditor(parts, log);
  const declared = parts.registry.users;

  async function switchUser(input: unknown, enabled: boolean) {
    const { sub } = await find(inputOf(named, input).user);
    if (enabled && declared.get(sub)?.enabled === false) {
      throw invalid(`${sub} is disabled in the file: change it there`);
    }
    await change(sub, {
      event: enabled ? "user_enabled" : "user_disabled",
      to: (before) => ({ sub, definition: before?.definition ?? null, enabled }),
      ...(enabled ? {} : { ends: "everything" }),
    });
    return { sub, enabled };
  }

  return new Router()
    .get("/users", async (ctx) => {
      ctx.body = { users: (await everybody()).bySub.values().map(shown).toArray() };
    })
    .post("/users/add", async (ctx) => {
      const { definition, password, passwordless } = inputOf(addInput, ctx.state.input);
      if ("password" in definition || "password_file" in definition) {
        throw invalid("a password is no part of the declaration: it is made here, or read apart");
      }
      if ("enabled" in definition) throw invalid("who is added is enabled: see users disable");
      const sub = String(definition.sub ?? `usr_${randomBytes(12).toString("hex")}`);
      const username = String(definition.username ?? "");
      const chosen = passwordless ? undefined : await choosePassword(password, username);
      await change(sub, {
        event: "user_added",
        to(before, all) {
          if (before ?? declared.get(sub)) throw invalid(`${sub} is there already`);
          return checked(
            { ...definition, sub, ...(chosen && { password: chosen.hash }) },
            true,
            all,
          );
        },
      });
      ctx.body = { sub, username, ...chosen?.shown };
    })
    .post("/users/password", async (ctx) => {
      const { user, password } = inputOf(passwordInput, ctx.state.input);
      const { sub, username } = await find(user);
      const { hash, shown } = await choosePassword(password, username);
      await change(sub, {
        event: "user_password_changed",
        to(before) {
          const stored = storedOf(before, sub);
          return { ...stored, definition: { ...stored.definition, password: hash } };
        },
        ends: "everything",
      });
      ctx.body = { sub, ...shown };
    })
    .post("/users/roles", async (ctx) => {
      const { user, resource, roles, scopes } = inputOf(rolesInput, ctx.state.input);
      const { sub, access } = await find(user);
      const had = access.find((each) => each.resource === resource);
      const has = { resource, roles, scopes: scopes ?? had?.scopes };
      if (has.scopes === undefined) throw invalid(`${resource} is new to ${sub}: name its scopes`);
      await change(sub, {
        event: "user_roles_changed",
        details: { before: had, after: has },
        to(before, all) {
          const { definition, enabled } = storedOf(before, sub);
          const others = ((definition.access ?? []) as User["access"]).filter(
            (each) => each.resource !== resource,
          );
          return checked({ ...definition, access: [...others, has] }, enabled, all);
        },
        ends: "tokens",
      });
      ctx.body = { sub, resource, roles: roles.join(" "), scopes: has.scopes.join(" ") };
    })
    .post("/users/enable", async (ctx) => {
      ctx.body = await switchUser(ctx.state.input, true);
    })
    .post("/users/disable", async (ctx) => {
      ctx.body = await switchUser(ctx.state.input, false);
    });
}

function storedOf(before: StoredUser | undefined, sub: string) {
  const definition = before?.definition ?? null;
  if (!before || !definition) throw invalid(`${sub} is declared in the file: change it there`);
  return { ...before, definition };
}

/** Never a password's hash. */
function shown({ password, federated, ...user }: User) {
  const providers = federated.map(({ provider }) => provider);
  return { ...user, logs_in_by: [...(password ? ["password"] : []), ...providers].join(" ") };
}
