import type { KeyObject } from "node:crypto";
import { randomUUID } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { signer } from "./issuer-settings.ts";

export const issuerUrl = "https://id.example.test";

type Changes = { claims?: JWTPayload; header?: Record<string, unknown>; key?: KeyObject };

/** A client's assertion (RFC 7523) as it should be, but for what a test changes. */
export async function signAssertion({ claims = {}, header = {}, key }: Changes = {}) {
  const now = Math.floor(Date.now() / 1_000);
  return await new SignJWT({
    iss: "svc-signer",
    sub: "svc-signer",
    aud: issuerUrl,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ alg: "ES256", ...header })
    .sign(key ?? signer.privateKey);
}

/** The form that brings it. */
export function asserted(assertion: string, form: Record<string, string> = {}) {
  return {
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    ...form,
  };
}
