import { expect, test } from "@jest/globals";
import { passwordFault } from "../../src/users/password-policy.ts";

test.each([
  ["a sentence", "three ducks on a pond"],
  ["one of one case, without digits", "unremarkablewords"],
  ["one in another script", "пароль-из-двенадцати"],
  ["one in another script around a guessed word", "пароль abc длинная фраза"],
  ["one in another script around the username", "моя-ada-любимая-кошка"],
  ["twelve characters outside the BMP", "🦆🐸🦉🐢🐟🦀🐙🦊🐻🐼🐨🐯"],
  ["one that holds a guessed word beside others", "my password is a duck"],
  [
    "one of 128 characters",
    "ab cd ef gh ij kl mn op qr st uv wx yz 01 23 45".padEnd(128, "quack "),
  ],
])("%s is a good password", (_what, password) => {
  expect(passwordFault(password, "ada")).toBeUndefined();
});

test.each([
  ["eleven characters", "three ducks", "12 characters at least"],
  ["six that are twelve units of UTF-16", "🦆🐸🦉🐢🐟🦀", "12 characters at least"],
  ["too many", "quack ".repeat(22), "128 characters at most"],
  ["two lines", "three ducks\non a pond", "one line"],
  ["one character over and over", "aaaaaaaaaaaa", "repeated"],
  ["a pattern", "abcabcabcabca", "repeated"],
  ["a row of digits", "123456789012", "neighbouring"],
  ["a row that falls", "zyxwvutsrqpon", "neighbouring"],
  ["a common one with digits", "Password12345!", "guessed first"],
  ["a common one twice", "letmeinLetMeIn", "guessed first"],
  ["our own name", "tollgate-2026!", "guessed first"],
  ["the username with digits", "ada.lovelace1815", "made of the username"],
  ["the name before the @", "AdaLovelace!!", "made of the username"],
])("%s is refused, with the reason", (_what, password, reason) => {
  const username = password.startsWith("Ada") ? "adalovelace@example.com" : "ada.lovelace";
  expect(passwordFault(password, username)).toContain(reason);
});
