import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ConfigError } from "@tollgate/shared/config";
import { isPasswordOf, parsePasswordHash } from "@tollgate/shared/password-hash";
import { keepSecrets } from "../../src/secrets/keep-secrets.ts";
import { secretList } from "../../src/secrets/secret-list.ts";

test("the first start makes every secret, each of 256 random bits", async () => {
  await using secrets = await emptyFolder();

  const made = await secrets.keep();

  const values = await Promise.all(secretList.map(({ path }) => secrets.read(path)));
  expect(made).toEqual(expect.arrayContaining(secretList.map(({ path }) => path)));
  for (const value of values) expect(Buffer.from(value, "base64url")).toHaveLength(32);
  expect(new Set(values).size).toBe(secretList.length);
});

test("the issuer gets the hash of a client's secret, and not the secret", async () => {
  await using secrets = await emptyFolder();
  await secrets.keep();

  const secret = await secrets.read("clients/svc-demo");

  const hash = createHash("sha256").update(secret).digest("hex");
  expect(await secrets.read("issuer/clients/svc-demo.sha256")).toBe(hash);
});

test("files are read-only, and nobody but their owner gets past the top folder", async () => {
  await using secrets = await emptyFolder();
  await secrets.keep();

  const file = await stat(join(secrets.folder, "issuer/wrapping_key"));
  const folder = await stat(secrets.folder);

  expect(file.mode & 0o333).toBe(0);
  expect(folder.mode & 0o777).toBe(0o700);
});

test("a second start changes nothing", async () => {
  await using secrets = await emptyFolder();
  await secrets.keep();
  const before = await secrets.everything();

  const made = await secrets.keep({ hasDatabase: true });

  expect(made).toEqual([]);
  expect(await secrets.everything()).toEqual(before);
});

test("the manifest gives no secret away, not even its plain hash", async () => {
  await using secrets = await emptyFolder();
  await secrets.keep();

  const manifest = await secrets.read("manifest.json");

  for (const { path } of secretList) {
    const secret = await secrets.read(path);
    const hash = createHash("sha256").update(secret).digest("hex");
    expect(manifest).not.toContain(secret);
    expect(manifest).not.toContain(hash);
  }
});

test("a start that was killed after any of its writes goes on where it stopped", async () => {
  await using secrets = await emptyFolder();
  const written = await secrets.keep();

  for (const count of written.keys()) {
    await rm(join(secrets.folder, "manifest.json"));
    for (const path of written.slice(count)) await rm(join(secrets.folder, path));
    const kept = await secrets.everything();

    expect(await secrets.keep()).toEqual(written.slice(count));

    expect(await secrets.everything()).toEqual(expect.arrayContaining(kept));
    expect(await secrets.keep({ hasDatabase: true })).toEqual([]);
  }
});

test("a file of a run that was killed while writing it is written anew", async () => {
  await using secrets = await emptyFolder();
  await secrets.keep();
  await rm(join(secrets.folder, "manifest.json"));
  await rm(join(secrets.folder, "clients/svc-demo"));
  await writeFile(join(secrets.folder, "clients/svc-demo.new"), "half", { mode: 0o444 });

  await secrets.keep();

  expect(await secrets.read("clients/svc-demo")).not.toBe("half");
  expect(await readdir(join(secrets.folder, "clients"))).not.toContain("svc-demo.new");
});

test("a lost secret is reported with what depends on it, and nothing is made anew", async () => {
  await using secrets = await emptyFolder();
  await secrets.keep();
  await rm(join(secrets.folder, "issuer/wrapping_key"));
  await rm(join(secrets.folder, "clients/svc-rival"));
  const before = await secrets.everything();

  const fault = await secrets.keep({ hasDatabase: true }).catch((error) => error);

  expect(fault).toBeInstanceOf(ConfigError);
  expect(fault.faults).toEqual([
    expect.stringMatching(/wrapping_key is gone, and every signing key .* depends on it: restore/),
    expect.stringMatching(/svc-rival is gone, and the client svc-rival depends on it/),
  ]);
  expect(await secrets.everything()).toEqual(before);
});

test("a changed secret is reported", async () => {
  await using secrets = await emptyFolder();
  await secrets.keep();
  await secrets.replace("billing/database_password", "guessed");

  await expect(secrets.keep()).rejects.toThrow(/billing\/database_password was changed/);
});

test("an empty folder beside a database that exists is a loss of all secrets", async () => {
  await using secrets = await emptyFolder();

  const keeping = secrets.keep({ hasDatabase: true });

  await expect(keeping).rejects.toThrow(/holds no secrets, but the data volume holds a database/);
  expect(await readdir(secrets.folder)).toEqual([]);
});

test.each(["{", "null", "[]", '"text"'])("a manifest that says %s is reported", async (text) => {
  await using secrets = await emptyFolder();
  await secrets.keep();
  await secrets.replace("manifest.json", text);

  await expect(secrets.keep()).rejects.toThrow(/manifest\.json is damaged/);
});

test("the tutorial's secret can be chosen, is kept, and can be chosen again", async () => {
  await using secrets = await emptyFolder();

  await secrets.keep({ tutorialSecretKey: "learning" });
  await secrets.keep();
  expect(await secrets.read("tutorial/secret_key")).toBe("learning");

  const made = await secrets.keep({ tutorialSecretKey: "still learning" });
  expect(made).toEqual(["tutorial/secret_key"]);
});

test("the issuer gets a hash of a person's password, which fits it", async () => {
  await using secrets = await emptyFolder();
  const { folder } = secrets;
  await keepSecrets({ folder, hasDatabase: false, tutorialSecretKey: "" });

  const password = await secrets.read("people/ada");
  const kept = await secrets.read("issuer/users/ada.scrypt");

  expect(kept).not.toContain(password);
  const hash = parsePasswordHash(kept);
  if (hash === undefined) throw new Error("the hash cannot be read");
  expect(await isPasswordOf(password, hash)).toBe(true);
}, 60_000);

test("a hash that is not the password's is made anew", async () => {
  await using secrets = await emptyFolder();
  await secrets.keep();
  const before = await secrets.read("issuer/users/ada.scrypt");
  for (const text of ["", before.replace(/[A-Z]/, "0")]) {
    await secrets.replace("issuer/users/ada.scrypt", text);
    expect(await secrets.keep()).toEqual(["issuer/users/ada.scrypt"]);
    expect(await secrets.read("issuer/users/ada.scrypt")).toBe(before);
  }
});

/** The shape of a hash, without half a second of work. */
async function hashPassword(password: string, salt: Buffer) {
  return { salt, digest: createHash("sha256").update(password).digest() };
}

async function emptyFolder() {
  const folder = await mkdtemp(join(tmpdir(), "tollgate-setup-"));
  const read = async (path: string) => (await readFile(join(folder, path), "utf8")).trim();
  return {
    folder,
    read,
    keep: (options: { hasDatabase?: boolean; tutorialSecretKey?: string } = {}) =>
      keepSecrets({ folder, hasDatabase: false, tutorialSecretKey: "", hashPassword, ...options }),
    async replace(path: string, text: string) {
      await rm(join(folder, path));
      await writeFile(join(folder, path), text);
    },
    /** Every file by its path, with its content and when it was written. */
    async everything() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return await Promise.all(
        files.map(async ({ parentPath, name }) => {
          const path = join(parentPath, name);
          return [path, await readFile(path, "utf8"), (await stat(path)).mtimeMs];
        }),
      );
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
