import type { Child } from "../machine/child.ts";

/** Somebody who mints tokens for the one client, at `<origin>/oauth/token`. */
export type Minter = Child & {
  readonly origin: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** Drops what it logged, so that a long run does not fill the disk. */
  readonly forgetLog?: () => void;
};

/** The client of config/issuer.yaml that all rounds are asked as, with the secret that setup made. */
export type MintClient = { readonly id: string; readonly secret: string };

export const resource = "https://billing.tollgate.internal";
export const scopes: readonly string[] = ["invoices:read", "invoices:write"];

export function basic({ id, secret }: MintClient): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
}

export function formOf(changes: Record<string, string> = {}): string {
  const form = { grant_type: "client_credentials", resource, scope: scopes.join(" "), ...changes };
  return new URLSearchParams(form).toString();
}
