import { expect, test } from "@jest/globals";
import {
  formatPasswordHash,
  hashPassword,
  isPasswordOf,
  nobodysHash,
  parsePasswordHash,
} from "../src/password-hash.ts";

test("a password is known again by its hash, typed on whatever keyboard", async () => {
  const hash = await hashPassword("cl\u00e9o's caf\u00e9\u3000at 8");
  const kept = parsePasswordHash(formatPasswordHash(hash));
  expect(kept).toEqual(hash);
  expect(await isPasswordOf("cle\u0301o's cafe\u0301 at 8", hash)).toBe(true);
  expect(await isPasswordOf("cleo's cafe at 8", hash)).toBe(false);
}, 60_000);

test("a hash that was made earlier still fits", async () => {
  const hash = parsePasswordHash(
    "$scrypt$ln=17,r=8,p=1$97bTjxeDgKOaYkThx550Iw$v4i9xJTus6Jz9ImwsNpxv/APXIF57XSUp3A45xIsf2w",
  );
  if (hash === undefined) throw new Error("the hash cannot be read");
  expect(await isPasswordOf("bob has left the company", hash)).toBe(true);
  expect(await isPasswordOf("bob has left the company", nobodysHash)).toBe(false);
}, 60_000);
