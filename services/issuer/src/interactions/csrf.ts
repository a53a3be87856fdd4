import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The token of an interaction's forms. Only pages of this interaction carry it, and only to the
 * browser that holds its cookie, which no other site can read. The keys are the cookies' own: the
 * first one makes, all of them are good.
 */
export function createCsrf(keys: readonly string[]) {
  const [first] = keys;
  if (first === undefined) throw new Error("there is no cookie key");

  return {
    tokenFor: (uid: string) => sign(first, uid).toString("base64url"),
    isTokenFor(uid: string, presented: unknown): boolean {
      const given = Buffer.from(typeof presented === "string" ? presented : "", "base64url");
      return keys.some((key) => {
        const expected = sign(key, uid);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
    },
  };
}

export type Csrf = ReturnType<typeof createCsrf>;

function sign(key: string, uid: string): Buffer {
  return createHmac("sha256", key).update(`interaction form ${uid}`).digest();
}
