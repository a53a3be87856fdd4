import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { startStack } from "../stack.ts";
import { createDraft } from "../support/story.ts";
import { until } from "../support/until.ts";

test("a gateway that is restarted under load leaves no request that it took without its answer", async () => {
  await using stack = await startStack();
  const token = await stack.token("svc-demo");
  const { path } = await createDraft(stack, token);
  const answered = new Set<string>();
  let isOver = false;
  const load = Array.from({ length: 16 }, async () => {
    while (!isOver) {
      const id = randomUUID();
      // A connection that nobody takes is no request: the client knows that it may ask again.
      const call = stack.get(path, { token, headers: { "x-request-id": id } });
      const answer = await call.catch(() => undefined);
      if (answer?.status === 200) answered.add(id);
    }
  });
  await until(
    async () => answered.size,
    (count) => count > 200,
  );

  await stack.must("restart", "gateway");
  const atRestart = answered.size;
  await until(
    async () => answered.size,
    (count) => count > atRestart + 200,
  );
  isOver = true;
  await Promise.all(load);

  const lines = await until(
    () => stack.logs("gateway"),
    (seen) => answered.size <= seen.filter(({ status }) => status === 200).length,
  );
  const taken = lines.filter(({ event, route }) => {
    return event === "request_answered" && route === "/billing";
  });
  const lost = taken.filter(({ request_id = "", method, status }) => {
    return method === "GET" && status === 200 && !answered.has(request_id);
  });
  expect(lost).toEqual([]);
  expect(taken.filter(({ aborted, status }) => aborted || Number(status) >= 500)).toEqual([]);
});
