import { expect, test } from "@jest/globals";
import { CompactSign, compactVerify, importJWK } from "jose";
import { EngineKey } from "../../src/keys/engine-key.ts";
import { generateSigningKey } from "../../src/keys/signing-key.ts";

test.each(["ES256", "EdDSA", "RS256"] as const)(
  "what it signs with %s is what jose would accept",
  async (algorithm) => {
    const made = await generateSigningKey(algorithm, "active", new Date());
    const key = new EngineKey(made);
    const header = Buffer.from(JSON.stringify({ alg: algorithm })).toString("base64url");
    const input = `${header}.${Buffer.from("payload").toString("base64url")}`;
    const signature = (await key.sign(Buffer.from(input))).toString("base64url");

    const { payload } = await compactVerify(
      `${input}.${signature}`,
      await importJWK(made.publicJwk, algorithm),
    );
    expect(Buffer.from(payload).toString()).toBe("payload");
    expect([key.kid, key.alg, key.use]).toEqual([made.kid, algorithm, "sig"]);
  },
);

test("a retired key proves what it signed before, and signs nothing more", async () => {
  const made = await generateSigningKey("ES256", "active", new Date());
  const before = await new CompactSign(Buffer.from("x"))
    .setProtectedHeader({ alg: "ES256" })
    .sign(await importJWK(made.privateJwk, "ES256"));
  const retired = new EngineKey({ ...made, state: "retired", privateJwk: undefined });
  await compactVerify(before, retired.keyObject());
  await expect(retired.sign(Buffer.from("x"))).rejects.toThrow("signs no more");
});
