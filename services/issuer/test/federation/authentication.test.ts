import { expect, test } from "@jest/globals";
import { authenticationOf } from "../../src/federation/authentication.ts";

test("how and when somebody logged in is taken as the provider says it", () => {
  const said = { auth_time: 7, amr: ["hwk", "mfa"], acr: "urn:example:gold" };
  expect(authenticationOf(said)).toEqual({
    authTime: 7,
    amr: ["hwk", "mfa"],
    acr: "urn:example:gold",
  });
  expect(authenticationOf({})).toEqual({});
});

test.each([
  ["a time that is no end", { auth_time: JSON.parse("1e400") }, {}],
  ["a time before time", { auth_time: -1 }, {}],
  ["a time in words", { auth_time: "7" }, {}],
  ["half a second", { auth_time: 7.5 }, { authTime: 7 }],
  [
    "methods that are no names",
    { amr: ["a\u0000", "", 7, "x".repeat(65), "pwd"] },
    { amr: ["pwd"] },
  ],
  ["methods without end", { amr: Array(100).fill("otp") }, { amr: Array(16).fill("otp") }],
  ["one method as a text", { amr: "pwd" }, {}],
  ["an assurance that is a book", { acr: "x".repeat(256) }, {}],
  ["an assurance with a NUL", { acr: "a\u0000" }, {}],
])("%s is not carried on", (_what, said, heard) => {
  expect(authenticationOf(said)).toEqual(heard);
});
