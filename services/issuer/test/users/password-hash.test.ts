import { expect, test } from "@jest/globals";
import {
  formatPasswordHash,
  hashPassword,
  isPasswordOf,
  nobodysHash,
  parsePasswordHash,
} from "../../src/users/password-hash.ts";
import { people } from "../support/people.ts";

test("a password is known again by its hash, typed on whatever keyboard", async () => {
  const hash = await hashPassword("cl\u00e9o's caf\u00e9\u3000at 8");
  const kept = parsePasswordHash(formatPasswordHash(hash));
  expect(kept).toEqual(hash);
  expect(await isPasswordOf("cle\u0301o's cafe\u0301 at 8", hash)).toBe(true);
  expect(await isPasswordOf("cleo's cafe at 8", hash)).toBe(false);
}, 60_000);

test("a hash that was made earlier still fits", async () => {
  const hash = parsePasswordHash(people.ada.hash);
  if (hash === undefined) throw new Error("the hash cannot be read");
  expect(await isPasswordOf(people.ada.password, hash)).toBe(true);
  expect(await isPasswordOf(people.ada.password, nobodysHash)).toBe(false);
}, 60_000);
