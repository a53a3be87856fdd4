import { createHash } from "node:crypto";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "@tollgate/shared/config";
import {
  formatPasswordHash,
  hashPassword,
  type PasswordHash,
  parsePasswordHash,
} from "@tollgate/shared/password-hash";
import {
  demoClients,
  demoPeople,
  hashFile,
  passwordFile,
  passwordHashFile,
  randomSecret,
  type Secret,
  secretList,
  sha256,
  tutorialSecret,
} from "./secret-list.ts";
import { writeFileWhole } from "./write-file.ts";

export type KeepOptions = {
  folder: string;
  /** Is there a database already that was made with earlier secrets? */
  hasDatabase: boolean;
  /** SECRET_KEY: the tutorial's secret, where it is chosen; empty where it is not. */
  tutorialSecretKey: string;
  hashPassword?: HashPassword;
};

type HashPassword = (password: string, salt: Buffer) => Promise<PasswordHash>;

/** A fingerprint a secret, which tells whether it is the same and nothing else about it. */
type Manifest = Record<string, string>;

/**
 * Makes what is missing at a first start and nothing ever after. A secret that was made before and
 * is gone or changed is a fault: what depends on it could not be read with a new one. Interrupted
 * anywhere, the next run goes on. Returns the paths that it made.
 */
export async function keepSecrets(options: KeepOptions): Promise<string[]> {
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700); // whoever mounts one directory below it needs no way through it
  const manifest = await readManifest(folder);
  if (manifest === undefined && options.hasDatabase) throw allLost(folder);
  await refuseLosses(folder, manifest ?? {});

  const made: string[] = [];
  const fingerprints: Manifest = {};
  for (const secret of secretList) {
    const found = await readSecret(folder, secret.path);
    const value = found ?? randomSecret();
    if (found === undefined) {
      await writeFileWhole(join(folder, secret.path), `${value}\n`);
      made.push(secret.path);
    }
    fingerprints[secret.path] = fingerprint(value);
  }
  await keepDerived(folder, options.tutorialSecretKey, made);
  await keepPasswordHashes(folder, options.hashPassword ?? hashPassword, made);
  // Last of all: from here on, a secret that is not there was lost.
  if (JSON.stringify(manifest) !== JSON.stringify(fingerprints)) {
    const text = `${JSON.stringify(fingerprints, null, 2)}\n`;
    await writeFileWhole(join(folder, manifestFile), text);
  }
  return made;
}

const manifestFile = "manifest.json";

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readSecret(folder, manifestFile);
  if (text === undefined) return undefined;
  const found = parsed(text);
  if (isManifest(found)) return found;
  throw new ConfigError([`${join(folder, manifestFile)} is damaged: restore it from a backup`]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(found: unknown): found is Manifest {
  if (typeof found !== "object" || found === null || Array.isArray(found)) return false;
  return Object.values(found).every((value) => typeof value === "string");
}

async function refuseLosses(folder: string, manifest: Manifest): Promise<void> {
  const faults: string[] = [];
  for (const secret of secretList) {
    const expected = manifest[secret.path];
    if (expected === undefined) continue;
    const found = await readSecret(folder, secret.path);
    if (found === undefined) faults.push(lost(folder, secret, "is gone"));
    else if (fingerprint(found) !== expected) faults.push(lost(folder, secret, "was changed"));
  }
  if (faults.length > 0) throw new ConfigError(faults);
}

/** What follows from other secrets, or may be chosen anew, is brought up to date. */
async function keepDerived(folder: string, chosen: string, made: string[]) {
  for (const id of demoClients) {
    const secret = (await readSecret(folder, `clients/${id}`)) ?? "";
    await keepFile(folder, hashFile(id), sha256(secret), made);
  }
  const tutorial = chosen || (await readSecret(folder, tutorialSecret)) || randomSecret();
  await keepFile(folder, tutorialSecret, tutorial, made);
}

/**
 * The salt is made of the password, which is 256 random bits: so that whether a hash is that of this
 * password shows without half a second of hashing.
 */
async function keepPasswordHashes(folder: string, hash: HashPassword, made: string[]) {
  for (const username of demoPeople) {
    const password = (await readSecret(folder, passwordFile(username))) ?? "";
    const salt = createHash("sha256").update(`salt of ${password}`).digest().subarray(0, 16);
    const path = passwordHashFile(username);
    const found = parsePasswordHash((await readSecret(folder, path)) ?? "");
    if (found?.salt.equals(salt)) continue;
    await writeFileWhole(join(folder, path), `${formatPasswordHash(await hash(password, salt))}\n`);
    made.push(path);
  }
}

async function keepFile(folder: string, path: string, value: string, made: string[]) {
  if ((await readSecret(folder, path)) === value) return;
  await writeFileWhole(join(folder, path), `${value}\n`);
  made.push(path);
}

async function readSecret(folder: string, path: string): Promise<string | undefined> {
  try {
    return (await readFile(join(folder, path), "utf8")).trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function fingerprint(secret: string): string {
  return sha256(sha256(secret));
}

function lost(folder: string, { path, dependents }: Secret, what: string): string {
  return `${join(folder, path)} ${what}, and ${dependents} depends on it: restore it from a backup, or remove all volumes to start anew`;
}

function allLost(folder: string): ConfigError {
  return new ConfigError([
    `${folder} holds no secrets, but the data volume holds a database that was made with some: restore the secrets from a backup, or remove the data volume as well to start anew`,
  ]);
}
