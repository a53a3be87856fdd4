import { expect, test } from "@jest/globals";
import { isSecretOf } from "../../src/clients/secret-hash.ts";
import { digest } from "../support/issuer-settings.ts";

const slots = ["new", "old"].map((secret) => Buffer.from(digest(secret), "hex"));

test.each(["new", "old"])("the secret of either slot fits: %s", (secret) => {
  expect(isSecretOf(secret, slots)).toBe(true);
});

test.each(["", "newer", digest("new")])("anything else does not: %j", (secret) => {
  expect(isSecretOf(secret, slots)).toBe(false);
});

test("nothing fits a client without secrets", () => {
  expect(isSecretOf("", [])).toBe(false);
});
