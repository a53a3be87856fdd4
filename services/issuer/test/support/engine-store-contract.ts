import { expect, test } from "@jest/globals";
import type { AdapterPayload } from "oidc-provider";
import type { EngineStore } from "../../src/store/engine-store.ts";

type Opened = AsyncDisposable & { store: EngineStore; advance(ms: number): void };

/** What every implementation of the store keeps; each runs this suite as its own. */
export function describeEngineStore(open: () => Promise<Opened>): void {
  const inAMinute = (ms = 60_000) => new Date(start + ms);

  test("of many who bring one key at once, one is the first", async () => {
    await using opened = await open();
    for (let round = 0; round < 20; round += 1) {
      const firsts = await Promise.all(
        Array.from({ length: 10 }, () => opened.store.addOnce(`key ${round}`, inAMinute())),
      );
      expect(firsts.filter(Boolean)).toHaveLength(1);
    }
  });

  test("a key is free again once it has expired, swept or not", async () => {
    await using opened = await open();
    expect(await opened.store.addOnce("key", inAMinute())).toBe(true);
    opened.advance(59_999);
    expect(await opened.store.addOnce("key", inAMinute(200_000))).toBe(false);
    opened.advance(1);
    const again = await Promise.all(
      [1, 2, 3].map(() => opened.store.addOnce("key", inAMinute(200_000))),
    );
    expect(again.filter(Boolean)).toHaveLength(1);
  });

  test("what is put is found, under its model and identifier alone", async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, "RefreshToken", "one", { clientId: "app", jti: "one" });
    expect(await store.find("RefreshToken", "one")).toEqual({
      payload: { clientId: "app" },
      uses: 0,
      firstUsedAt: undefined,
    });
    expect(await store.find("RefreshToken", "two")).toBeUndefined();
    expect(await store.find("AuthorizationCode", "one")).toBeUndefined();
  });

  test("what is put again is replaced", async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, "Session", "one", { uid: "u1", acr: "0" });
    await put(store, "Session", "one", { uid: "u2", acr: "1" });
    expect(await store.find("Session", "one")).toMatchObject({ payload: { acr: "1" } });
    expect(await store.findByUid("Session", "u1")).toBeUndefined();
    expect(await store.findByUid("Session", "u2")).toMatchObject({ payload: { acr: "1" } });
  });

  test("what is there is replaced under its own name or another, what is gone is not", async () => {
    await using opened = await open();
    const { store } = opened;
    const replace = (id: string, by: string) => replaceSession(store, id, by, { uid: by });
    await put(store, "Session", "one", { uid: "u" });
    expect(await replace("one", "one")).toBe(true);
    expect(await store.find("Session", "one")).toMatchObject({ payload: { uid: "one" } });
    expect(await replace("one", "two")).toBe(true);
    expect(await store.find("Session", "one")).toBeUndefined();
    expect(await store.findByUid("Session", "two")).toBeDefined();
    expect(await replace("one", "one")).toBe(false);
    expect(await store.find("Session", "one")).toBeUndefined();
    opened.advance(60_000);
    expect(await replace("two", "two")).toBe(false);
  });

  test("of many who add a client to one session at once, each is in it at the end", async () => {
    await using opened = await open();
    const { store } = opened;
    const apps = Array.from({ length: 10 }, (_, nth) => `app ${nth}`);
    const begun = { uid: "u", accountId: "usr_1", authorizations: { first: { grantId: "g" } } };
    await put(store, "Session", "one", begun);
    const replaced = await Promise.all(
      apps.map((app) => {
        const authorizations = { ...begun.authorizations, [app]: { grantId: `grant of ${app}` } };
        return replaceSession(store, "one", "one", { ...begun, authorizations }, ["first"]);
      }),
    );
    expect(replaced).toEqual(apps.map(() => true));
    expect(await store.find("Session", "one")).toMatchObject({
      payload: {
        authorizations: {
          first: { grantId: "g" },
          ...Object.fromEntries(apps.map((app) => [app, { grantId: `grant of ${app}` }])),
        },
      },
    });
  });

  test("a client that was taken out of a session stays out, and another person's session gets none", async () => {
    await using opened = await open();
    const { store } = opened;
    const authorizations = { web: { grantId: "g" }, shop: { grantId: "h" } };
    const found = async () => (await store.find("Session", "one"))?.payload;
    await put(store, "Session", "one", { uid: "u", accountId: "usr_1", authorizations });
    const { web } = authorizations;
    const without = { uid: "u", accountId: "usr_1", authorizations: { web } };
    await replaceSession(store, "one", "one", without, ["web", "shop"]);
    expect(await found()).toEqual(without);
    const theirs = { uid: "u", accountId: "usr_2", authorizations: { shop: { grantId: "i" } } };
    await replaceSession(store, "one", "one", theirs);
    expect(await found()).toEqual(theirs);
    const nobodys = { uid: "u", state: { state: "\u0000" } };
    await replaceSession(store, "one", "one", nobodys);
    expect(await found()).toEqual(nobodys);
  });

  test("a record is destroyed by its uid, where its identifier is not known", async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, "Session", "one", { uid: "u" });
    await put(store, "Session", "two", { uid: "v" });
    await put(store, "Grant", "three", { uid: "u" });
    await store.destroyByUid("Session", "u");
    expect(await store.find("Session", "one")).toBeUndefined();
    expect(await store.find("Session", "two")).toBeDefined();
    expect(await store.find("Grant", "three")).toBeDefined();
  });

  test("of many who consume one record at once, one succeeds", async () => {
    await using opened = await open();
    const { store } = opened;
    for (let round = 0; round < 20; round += 1) {
      await put(store, "AuthorizationCode", `code ${round}`, {});
      const consumed = await Promise.all(
        Array.from({ length: 8 }, () => store.consumeOnce("AuthorizationCode", `code ${round}`, 0)),
      );
      expect(consumed.filter(Boolean)).toHaveLength(1);
    }
  });

  test("a second use is counted for whoever has seen the first, and keeps the first's time", async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, "RefreshToken", "one", {});
    expect(await store.consumeOnce("RefreshToken", "one", 1)).toBe(false);
    expect(await store.consumeOnce("RefreshToken", "one", 0)).toBe(true);
    opened.advance(1_000);
    expect(await store.consumeOnce("RefreshToken", "one", 1)).toBe(true);
    expect(await store.find("RefreshToken", "one")).toMatchObject({
      uses: 2,
      firstUsedAt: new Date(start),
    });
  });

  test("what has expired is not found, not consumed, and swept", async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, "Session", "one", { uid: "u" });
    await store.addOnce("key", inAMinute());
    opened.advance(60_000);
    expect(await store.find("Session", "one")).toBeUndefined();
    expect(await store.findByUid("Session", "u")).toBeUndefined();
    expect(await store.consumeOnce("Session", "one", 0)).toBe(false);
    expect(await store.sweep()).toBe(2);
    expect(await store.sweep()).toBe(0);
  });

  test("a person whose account is revoked has nothing left, and others have what they had", async () => {
    await using opened = await open();
    const { store } = opened;
    for (const model of ["Session", "Grant", "RefreshToken", "AuthorizationCode"]) {
      await put(store, model, "one", { accountId: "usr_1" });
      await put(store, model, "two", { accountId: "usr_2" });
    }
    await store.revokeAccount("usr_1");
    for (const model of ["Session", "Grant", "RefreshToken", "AuthorizationCode"]) {
      expect(await store.find(model, "one")).toBeUndefined();
      expect(await store.find(model, "two")).toBeDefined();
    }
  });

  test("a grant that is revoked is gone, and takes its codes and tokens with it, and nothing else", async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, "RefreshToken", "one", { grantId: "g" });
    await put(store, "AuthorizationCode", "two", { grantId: "g" });
    await put(store, "RefreshToken", "three", { grantId: "h" });
    await put(store, "Interaction", "four", { grantId: "g" });
    await put(store, "Grant", "g", {});
    await put(store, "Grant", "h", {});
    await store.revokeGrant("g");
    expect(await store.find("Grant", "g")).toBeUndefined();
    expect(await store.find("Grant", "h")).toBeDefined();
    expect(await store.find("RefreshToken", "one")).toBeUndefined();
    expect(await store.find("AuthorizationCode", "two")).toBeUndefined();
    expect(await store.find("RefreshToken", "three")).toBeDefined();
    expect(await store.find("Interaction", "four")).toBeDefined();
  });

  test("what is destroyed is gone, and destroying nothing is no fault", async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, "Grant", "one", {});
    await store.destroy("Grant", "one");
    await store.destroy("Grant", "one");
    expect(await store.find("Grant", "one")).toBeUndefined();
  });

  const replaceSession = (
    store: EngineStore,
    id: string,
    by: string,
    payload: AdapterPayload,
    known: readonly string[] = [],
  ) => store.replace(id, { model: "Session", id: by, payload, expiresAt: inAMinute() }, known);

  async function put(store: EngineStore, model: string, id: string, payload: AdapterPayload) {
    await store.put({ model, id, payload, expiresAt: inAMinute() });
  }
}

/** Where the clock of an opened store stands at first. */
export const start = Date.parse("2030-01-01T00:00:00Z");
