import { type Env, type Reader, readConfig } from "../config.ts";

/**
 * What a service's variables say of its database: `ISSUER_DATABASE_URL` and the like. Passwords are
 * in files, and a part that is faulty is empty here: readConfig reports it before it is used.
 */
export function readAppUrl(service: string, read: Reader): string {
  const { prefix, app } = namesOf(service);
  const address = readAddress(read, `${prefix}_DATABASE_URL`, app);
  const file = `${service}/database_password`;
  return withPassword(address, readSecret(read, `${prefix}_DATABASE_PASSWORD_FILE`, file));
}

/** The same database as the owner of its tables, for jobs. */
export function readOwnerUrl(service: string, read: Reader): string {
  const { prefix, app, owner } = namesOf(service);
  const address = readAddress(read, `${prefix}_DATABASE_URL`, app);
  if (address !== undefined) address.username = owner;
  return withPassword(address, readOwnerPassword(service, read));
}

/** What the one-shot migrate job needs: a superuser, unless that is "none", and the two roles. */
export function readMigrateSettings(service: string, env: Env) {
  const { prefix, owner } = namesOf(service);
  const isAlone = env[`${prefix}_ADMIN_DATABASE_URL`] === "none";
  return readConfig(env, (read) => ({
    adminUrl: isAlone ? undefined : readAdminUrl(prefix, read),
    owner: { name: owner, password: readOwnerPassword(service, read) },
    appUrl: readAppUrl(service, read),
  }));
}

/** A secret's file, below /run/tollgate unless the variable says otherwise. */
export function readSecret(read: Reader, name: string, file: string): string {
  const path = `/run/tollgate/${file}`;
  return read.secretFile(name, { example: path }, path);
}

function namesOf(service: string) {
  const [app, owner] = [`${service}_app`, `${service}_owner`];
  return { prefix: service.toUpperCase(), app: `${app}@postgres:5432/${service}`, owner };
}

function readAdminUrl(prefix: string, read: Reader): string {
  const name = `${prefix}_ADMIN_DATABASE_URL`;
  const address = readAddress(read, name, "postgres@postgres:5432/postgres");
  const file = "postgres/superuser_password";
  return withPassword(address, readSecret(read, `${prefix}_ADMIN_DATABASE_PASSWORD_FILE`, file));
}

function readOwnerPassword(service: string, read: Reader): string {
  const name = `${service.toUpperCase()}_OWNER_PASSWORD_FILE`;
  return readSecret(read, name, `${service}-owner/password`);
}

function readAddress(read: Reader, name: string, usual: string): URL | undefined {
  const byDefault = `postgres://${usual}`;
  return read.postgresUrl(name, { example: byDefault }, byDefault);
}

function withPassword(address: URL | undefined, password: string | undefined): string {
  if (address === undefined || password === undefined) return "";
  address.password = encodeURIComponent(password);
  return address.href;
}
