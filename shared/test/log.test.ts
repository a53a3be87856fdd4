import { expect, test } from "@jest/globals";
import { plainLines } from "@tollgate/shared/log";
import { recordingLog } from "@tollgate/shared/testing/lines";

const secret = "s3cret-value";

test.each([
  ["at the top", { authorization: secret }],
  ["in headers", { headers: { Authorization: secret, "set-cookie": [secret] } }],
  ["deep inside", { request: { options: { headers: { cookie: secret } } } }],
  ["in a list", { forms: [{ client_secret: secret }] }],
  ["in an error", { err: Object.assign(new Error("failed"), { options: { password: secret } }) }],
  ["in an error's cause", { err: new Error("failed", { cause: { token: secret } }) }],
])("a credential %s is censored", (_where, fields) => {
  const { log, lines } = recordingLog();
  log.info({ event: "tested", kept: "shown", ...fields }, "a line");
  expect(JSON.stringify(lines)).not.toContain(secret);
  expect(lines).toMatchObject([{ service: "test", level: "info", kept: "shown", msg: "a line" }]);
});

test("a credential in a child logger's bindings is censored in each of its lines", () => {
  const { log, lines } = recordingLog();
  log.child({ request_id: "r1", authorization: secret }).info("a line");
  expect(lines).toMatchObject([{ request_id: "r1", authorization: "[redacted]" }]);
});

test("what was logged is not changed itself", () => {
  const { log } = recordingLog();
  const form = { client: { password: secret } };
  log.info(form, "a line");
  expect(form).toEqual({ client: { password: secret } });
});

test("an error is logged with its name, message and stack", () => {
  const { log, lines } = recordingLog();
  log.error({ err: new TypeError("wrong") }, "a line");
  expect(lines).toMatchObject([
    { err: { type: "TypeError", message: "wrong", stack: expect.stringContaining("wrong") } },
  ]);
});

test("the bytes of a message that an error is about are not in the log", () => {
  const { log, lines } = recordingLog();
  const err = Object.assign(new Error("bad chunk"), { data: '{"access_token":"SECRET"}' });

  log.error({ err });

  expect(JSON.stringify(lines)).toContain("bad chunk");
  expect(JSON.stringify(lines)).not.toContain("SECRET");
});

test("a plain line looks like any other, bindings and all, and is left out above its level", () => {
  const { log, lines } = recordingLog();
  const child = log.child({ worker: 2 });

  plainLines(child)({ event: "answered", text: 'a "quoted"\nline', nothing: undefined });
  child.info({ event: "answered", text: 'a "quoted"\nline', nothing: undefined });
  child.level = "warn";
  plainLines(child)({ event: "answered" });

  const [plain, usual] = lines;
  expect({ ...plain, time: "" }).toEqual({ ...usual, time: "" });
  expect(Object.keys(plain ?? {})).toEqual(Object.keys(usual ?? {}));
  expect(lines).toHaveLength(2);
});
