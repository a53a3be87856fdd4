import { expect, test } from "@jest/globals";
import { ConfigError, readConfig } from "@tollgate/shared/config";

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("every fault is named at once, with what would be right", () => {
  const faults = faultsOf(() =>
    readConfig({ PORT: "http", LEVEL: "loud", FILE: "/does/not/exist" }, (read) => ({
      port: read.integer("PORT", { min: 0, max: 65_535 }, 8080),
      url: read.url("URL", { example: "http://localhost:9001" }),
      level: read.oneOf("LEVEL", ["info", "warn"], "info"),
      secret: read.secretFile("FILE", { example: "/run/secret" }),
    })),
  );

  expect(faults).toEqual([
    'PORT is "http": it must be a whole number from 0 to 65535, like PORT=8080',
    "URL is not set: it must be an http or https URL, like URL=http://localhost:9001",
    'LEVEL is "loud": it must be one of info, warn, like LEVEL=info',
    "FILE names /does/not/exist, which cannot be read (ENOENT)",
  ]);
});

test("a service listens on every address unless it is given one, and a name is no address", () => {
  const host = (HOST: string) => readConfig({ HOST }, (read) => read.host("HOST"));

  expect([host(""), host("127.0.0.1"), host("::1")]).toEqual([undefined, "127.0.0.1", "::1"]);
  expect(faultsOf(() => host("localhost"))).toEqual([
    'HOST is "localhost": it must be an IP address, like HOST=127.0.0.1',
  ]);
});

test("an empty variable counts as one that is not set", () => {
  const config = readConfig({ PORT: "" }, (read) => read.integer("PORT", { min: 0, max: 9 }, 7));

  expect(config).toBe(7);
});

test.each(["1e3", "0x10", " 5", "5 ", "1.5", "99999999999999999999"])(
  "%p is not a whole number",
  (PORT) => {
    const faults = faultsOf(() =>
      readConfig({ PORT }, (read) => read.integer("PORT", { min: 0, max: 70_000 })),
    );

    expect(faults).toHaveLength(1);
  },
);

test("no password gets into a fault, wherever somebody put it", () => {
  const faults = faultsOf(() =>
    readConfig(
      {
        NO_NAME: "postgres://app:hunter2/@x@db:5432",
        WITH_PASSWORD: "postgres://app:hunter2@db:5432/app",
        SITE: "ftp://me:hunter2@example.com",
        SECRET_FILE: "hunter2-is-the-secret-itself",
      },
      (read) => [
        read.postgresUrl("NO_NAME", { example: "postgres://app@db/app" }),
        read.postgresUrl("WITH_PASSWORD", { example: "postgres://app@db/app" }),
        read.url("SITE", { example: "https://example.com" }),
        read.secretFile("SECRET_FILE", { example: "/run/secret" }),
      ],
    ),
  );

  expect(faults).toEqual([
    expect.stringMatching(/^NO_NAME is "postgres:\/\/…@db:5432": .* without a password/),
    expect.stringMatching(/^WITH_PASSWORD is "postgres:\/\/…@db:5432\/app": .* without a password/),
    expect.stringMatching(/^SITE is "ftp:\/\/…@example.com": /),
    "SECRET_FILE names a file, which cannot be read (ENOENT)",
  ]);
});

test("an issuer's identifier is taken letter by letter, and a place loses the slash at its end", () => {
  const read = (URL: string) =>
    readConfig({ URL }, (reader) => [
      reader.issuer("URL", { example: "https://id.example.com" }),
      reader.url("URL", { example: "https://id.example.com" }),
    ]);

  expect(read("https://tenant.example.com/")).toEqual([
    "https://tenant.example.com/",
    "https://tenant.example.com",
  ]);
});
