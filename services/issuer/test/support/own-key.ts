import { readFile } from "node:fs/promises";
import { recordingLog } from "@tollgate/shared/testing/lines";
import { importJWK, type JWTPayload, SignJWT } from "jose";
import { createPostgresKeyStore } from "../../src/keys/key-store.ts";
import { parseWrappingKeys } from "../../src/keys/wrapping-keys.ts";
import { openDatabase } from "../../src/store/database.ts";

type Opened = { database: { url: string }; env: { ISSUER_WRAPPING_KEY_FILE: string } };

/** Signs with an issuer's own key what the issuer would not: the worst that a confused one could. */
export async function openOwnKey({ database, env }: Opened) {
  const wrappingKey = (await readFile(env.ISSUER_WRAPPING_KEY_FILE, "utf8")).trim();
  await using opened = openDatabase(database.url, recordingLog().log);
  const store = createPostgresKeyStore(opened, parseWrappingKeys("KEY", [wrappingKey]));
  const { keys } = await store.read();
  const active = keys.find(({ state, algorithm }) => state === "active" && algorithm === "ES256");
  if (active?.privateJwk === undefined) throw new Error("there is no active key");
  const key = await importJWK(active.privateJwk, "ES256");
  return (claims: JWTPayload, header: Record<string, unknown> = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid: active.kid, typ: "at+jwt", ...header })
      .sign(key);
}
