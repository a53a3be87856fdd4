import { expect, test } from "@jest/globals";
import {
  type Revocation,
  type RevocationKind,
  revocationFeedSchema,
} from "@tollgate/shared/revocations/feed";
import type { RevocationStore } from "../../src/revocation/revocation-store.ts";
import { start } from "./engine-store-contract.ts";

type Opened = AsyncDisposable & { store: RevocationStore; advance(ms: number): void };

/** What every implementation of the deny-list keeps; each runs this suite as its own. */
export function describeRevocationStore(open: () => Promise<Opened>): void {
  test("without a cursor the whole list comes, with one what was added since", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.add([revoked("token", "one"), revoked("key", "two")]);

    const whole = await store.since(undefined);
    expect(revocationFeedSchema.parse(whole)).toEqual(whole);
    expect(whole).toMatchObject({ reset: true });
    expect(valuesOf(whole)).toEqual(["one", "two"]);

    await store.add([revoked("client", "three")]);
    const news = await store.since(whole.cursor);
    expect(news).toMatchObject({ reset: false, revocations: [revoked("client", "three")] });
    expect(await store.since(news.cursor)).toEqual({
      cursor: news.cursor,
      reset: false,
      revocations: [],
    });
  });

  test("an empty list has a cursor that is known later", async () => {
    await using opened = await open();
    const empty = await opened.store.since(undefined);
    expect(empty).toMatchObject({ reset: true, revocations: [] });
    await opened.store.add([revoked("token", "one")]);
    expect(await opened.store.since(empty.cursor)).toMatchObject({ reset: true });
    expect(await opened.store.since((await opened.store.since(undefined)).cursor)).toMatchObject({
      reset: false,
    });
  });

  test.each(["", "nonsense", "1", "99.x", "-1.x", "1e3.x", `${"9".repeat(40)}.x`, "1.\u0000"])(
    "the cursor %j is not known: the whole list comes",
    async (cursor) => {
      await using opened = await open();
      await opened.store.add([revoked("token", "one")]);
      expect(await opened.store.since(cursor)).toMatchObject({
        reset: true,
        revocations: [{ value: "one" }],
      });
    },
  );

  test("a long list comes in pages of 1,000 which miss and repeat nothing", async () => {
    await using opened = await open();
    const all = Array.from({ length: 1_200 }, (_, index) => revoked("token", `jti ${index}`));
    await opened.store.add(all);
    const read: string[] = [];
    let cursor: string | undefined;
    for (const size of [1_000, 200, 0]) {
      const page = await opened.store.since(cursor);
      expect(page.reset).toBe(cursor === undefined);
      expect(page.revocations).toHaveLength(size);
      read.push(...valuesOf(page));
      cursor = page.cursor;
    }
    expect(read).toEqual(all.map(({ value }) => value));
  }, 60_000);

  test("what is revoked again comes again, with the later of both times", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.add([{ ...revoked("subject", "usr_1"), not_before: 200 }]);
    const { cursor } = await store.since(undefined);
    await store.add([{ ...revoked("subject", "usr_1"), not_before: 100 }]);
    const page = await store.since(cursor);
    expect(page.revocations).toMatchObject([{ value: "usr_1", not_before: 200 }]);
  });

  test("an entry that has expired is neither shown nor heeded, and is swept", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.add([revoked("token", "one")]);
    opened.advance(300_000);
    expect((await store.since(undefined)).revocations).toEqual([]);
    expect(await store.isRevoked({ jti: "one", iat: 0 })).toBe(false);
    expect(await store.sweep()).toBe(1);
    expect(await store.sweep()).toBe(0);
  });

  test("a token is refused by its jti and kid, and by what was revoked after it was minted", async () => {
    await using opened = await open();
    const { store } = opened;
    const kinds = ["token", "key", "subject", "session", "client"] as const;
    await store.add(kinds.map((kind) => ({ ...revoked(kind, `a ${kind}`), not_before: 1_000 })));
    const isRevoked = (name: object, iat: number) => store.isRevoked({ ...name, iat });
    for (const iat of [999, 1_000]) {
      expect(await isRevoked({ jti: "a token" }, iat)).toBe(true);
      expect(await isRevoked({ kid: "a key" }, iat)).toBe(true);
      for (const name of [{ sub: "a subject" }, { sid: "a session" }, { client_id: "a client" }]) {
        expect(await isRevoked(name, iat)).toBe(iat < 1_000);
      }
    }
    expect(await isRevoked({ jti: "a client", client_id: "a token" }, 0)).toBe(false);
    expect(await isRevoked({}, 0)).toBe(false);
  });
}

function revoked(kind: RevocationKind, value: string): Revocation {
  return { kind, value, not_before: start / 1_000, expires_at: start / 1_000 + 300 };
}

function valuesOf({ revocations }: { revocations: Revocation[] }): string[] {
  return revocations.map(({ value }) => value);
}
