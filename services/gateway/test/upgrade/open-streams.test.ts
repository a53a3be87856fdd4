import { expect, test } from "@jest/globals";
import { callerOf } from "@tollgate/shared/tokens/caller";
import { createOpenStreams } from "../../src/upgrade/open-streams.ts";

type Deps = Parameters<typeof createOpenStreams>[0];

const now = () => 1_000_000_000_000;
const inSeconds = (seconds: number) => now() / 1_000 + seconds;

const caller = (jti: string, exp = inSeconds(60)) =>
  callerOf({ iss: "http://issuer.test", aud: "a", sub: jti, jti, iat: inSeconds(-1), exp });

const open = (deps: Partial<Deps> = {}) =>
  createOpenStreams({ now, toleranceSeconds: () => 0, onRevoked: () => () => {}, ...deps });

/** Adds a stream and tells why it was ended, in order. */
function watched(streams: ReturnType<typeof open>, of?: ReturnType<typeof caller>) {
  const causes: string[] = [];
  const over = streams.add(of, (cause) => causes.push(cause));
  return { causes, over };
}

test("a stream whose token is revoked ends, and one that is over is no longer watched", () => {
  const listeners = new Map<string, () => void>();
  const streams = open({
    onRevoked: ({ subject }, listener) => {
      listeners.set(subject, listener);
      return () => listeners.delete(subject);
    },
  });
  const [one, two] = [watched(streams, caller("one")), watched(streams, caller("two"))];

  two.over();
  for (const listener of listeners.values()) listener();
  one.over();

  expect([one.causes, two.causes]).toEqual([["token_revoked"], []]);
  expect([streams.size, listeners.size]).toEqual([0, 0]);
});

test("a stream ends at its token's exp and the issuer's tolerance", async () => {
  const streams = open({ toleranceSeconds: () => 0.2 });
  const began = performance.now();

  const cause = await new Promise((resolve) => streams.add(caller("a", inSeconds(0.1)), resolve));

  expect(cause).toBe("token_expired");
  expect(performance.now() - began).toBeGreaterThan(290);
});

test("a token that lives longer than a timer can wait ends nothing early", async () => {
  const streams = open();
  const { causes, over } = watched(streams, caller("a", inSeconds(1e9)));

  await new Promise((later) => setTimeout(later, 10));
  over();

  expect(causes).toEqual([]);
});

test("whatever is added once the process is to stop ends at once", () => {
  const streams = open();
  const before = watched(streams);

  streams.leave();
  const after = watched(streams);

  expect([before.causes, after.causes]).toEqual([["going_away"], ["going_away"]]);
});
