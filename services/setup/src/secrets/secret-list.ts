import { createHash, randomBytes } from "node:crypto";

export type Secret = {
  /** Below the secrets' folder; its first part is what one container mounts. */
  path: string;
  /** What is lost with it, for the message when it is gone. */
  dependents: string;
};

export function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

export const demoClients = ["svc-demo", "svc-reader", "svc-rival"] as const;

/** People who log in with a password that is made here, as a client's secret is. */
export const demoPeople = ["ada"] as const;

/** Every secret of the stack: 256 random bits each. */
export const secretList: readonly Secret[] = [
  {
    path: "postgres/superuser_password",
    dependents: "the PostgreSQL server on the data volume",
  },
  { path: "billing-owner/password", dependents: "billing's migrations" },
  { path: "billing/database_password", dependents: "billing's log-in" },
  { path: "issuer-owner/password", dependents: "the issuer's migrations" },
  { path: "issuer/database_password", dependents: "the issuer's log-in" },
  {
    path: "issuer/wrapping_key",
    dependents: "every signing key stored in the issuer's database",
  },
  { path: "issuer/cookie_keys", dependents: "the sessions of everyone logged in" },
  ...demoClients.map((id) => ({
    path: `clients/${id}`,
    dependents: `the client ${id}`,
  })),
  ...demoPeople.map((username) => ({
    path: passwordFile(username),
    dependents: `the person ${username}`,
  })),
];

/** The tutorial's shared secret may be chosen (SECRET_KEY) and changed: nothing is stored under it. */
export const tutorialSecret = "tutorial/secret_key";

/** What the issuer keeps of a client's secret: its SHA-256, in hex. */
export function hashFile(clientId: string): string {
  return `issuer/clients/${clientId}.sha256`;
}

export function passwordFile(username: string): string {
  return `people/${username}`;
}

/** What the issuer keeps of a person's password: its scrypt. */
export function passwordHashFile(username: string): string {
  return `issuer/users/${username}.scrypt`;
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
