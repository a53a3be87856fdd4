import { expect, test } from "@jest/globals";
import { guardedUrl } from "../../src/http/guarded-url.ts";

test.each([
  "https://id.example.com",
  "http://localhost:9001",
  "http://login.localhost:9002",
  "http://127.0.0.1",
  "http://[::1]/keys",
  "http://10.1.2.3",
  "http://issuer:8080",
])("%s is where no stranger sits between", (url) => {
  expect(guardedUrl.safeParse(url).success).toBe(true);
});

test.each([
  "http://id.example.com",
  "http://localhost.example.com",
  "http://notlocalhost.com",
  "http://8.8.8.8",
  "http://[2001:db8::1]",
  "ftp://localhost",
  "https://user:secret@id.example.com",
])("%s is not taken", (url) => {
  expect(guardedUrl.safeParse(url).success).toBe(false);
});
