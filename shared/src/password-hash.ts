import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** What is kept of a password: scrypt (RFC 7914) of it, of the one cost that all have. */
export type PasswordHash = { readonly salt: Buffer; readonly digest: Buffer };

/** OWASP's first choice for scrypt. One hash takes 128 MiB. */
const cost = { logN: 17, r: 8, p: 1 };
const parameters = {
  N: 2 ** cost.logN,
  r: cost.r,
  p: cost.p,
  maxmem: 128 * 2 ** cost.logN * cost.r + 2 ** 20,
};
const digestLength = 32;
const saltLength = 16;

const prefix = `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$`;
const base64 = /^[A-Za-z0-9+/]+$/;

export const exampleHash = `${prefix}<salt>$<digest>`;

/** Reads the string format of the Password Hashing Competition; undefined for another one or cost. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  // Of one cost alone: how long a check takes must not tell whose it is.
  if (!text.startsWith(prefix)) return undefined;
  const [salt = "", digest = "", ...more] = text.slice(prefix.length).split("$");
  if (more.length > 0 || ![salt, digest].every((part) => base64.test(part))) return undefined;
  const hash = { salt: Buffer.from(salt, "base64"), digest: Buffer.from(digest, "base64") };
  const fits = hash.salt.length >= saltLength && hash.digest.length === digestLength;
  return fits ? hash : undefined;
}

export function formatPasswordHash({ salt, digest }: PasswordHash): string {
  return `${prefix}${[salt, digest].map(unpadded).join("$")}`;
}

export async function hashPassword(
  password: string,
  salt: Buffer = randomBytes(saltLength),
): Promise<PasswordHash> {
  return { salt, digest: await digestOf(password, salt) };
}

export async function isPasswordOf(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await digestOf(password, hash.salt), hash.digest);
}

/** Stands in where there is no password to compare with: as long to check, and nobody has it. */
export const nobodysHash: PasswordHash = {
  salt: randomBytes(saltLength),
  digest: randomBytes(digestLength),
};

/** The same text typed on another keyboard is the same password (RFC 8265 section 4.2). */
function prepared(password: string): string {
  return password.replace(/\p{Zs}/gu, " ").normalize("NFC");
}

function digestOf(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(prepared(password), salt, digestLength, parameters, (error, digest) =>
      error ? reject(error) : resolve(digest),
    );
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
