import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { isReservedName } from "../src/http/reserved-names.ts";
import { startFixture } from "./support/gateway.ts";
import { seededRandom } from "./support/seeded-random.ts";
import { strictUpstream } from "./support/strict-upstream.ts";

const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 1e9));
const random = seededRandom(seed);
const count = Number(process.env.TEST_HEADS ?? 600);

/** What must never arrive: it has no token. */
const smuggled = "GET /billing/smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const chunked = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;

const heads = [
  "GET /open/a HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nConnection: close\r\n\r\n",
  `POST /open/a HTTP/1.1\r\nHost: a\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  `POST /open/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
  "GET /open/a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
  "GET /billing/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a.b.c\r\n\r\n",
  `GET /open/a HTTP/1.1\r\nHost: a\r\n\r\n${smuggled}`,
];

const lines = [
  ...["X-User-Id", "x_user.id", "X-Forwarded-For", "Forwarded", "X-Original-URL", "X-Real-IP"].map(
    (name) => `${name}: evil`,
  ),
  "Connection: x-forwarded-for, authorization",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Content-Length: 0",
  "Content-Length: 5",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: identity",
  "Transfer-Encoding : chunked",
  "Host: b",
  "Expect: 100-continue",
  "Trailer: X-User-Id",
  "TE: trailers",
  " folded: evil",
  "no colon",
  ": no name",
];
const bytes = [
  "\r",
  "\n",
  "\0",
  "\t",
  " ",
  ":",
  ",",
  ";",
  "/",
  "%2f",
  "..",
  "\x0b",
  "\x7f",
  "\x80",
  "\xff",
  "#",
];

/** One small change; several of them make a stranger head. */
const changes: ((text: string) => string)[] = [
  (text) => splice(text, 0, random.pick(bytes)),
  (text) => splice(text, 1, ""),
  (text) => splice(text, 1, random.pick(bytes)),
  (text) => afterSomeLine(text, random.pick(lines)),
  (text) => afterSomeLine(text, random.pick(lines)),
  (text) => afterSomeLine(text, random.pick(text.split("\r\n"))),
  (text) => text.replace("\r\n", random.pick(["\n", "\r", "\r\r\n", "\r\n\r\n", "\r\n "])),
  (text) =>
    text.replace("HTTP/1.1", random.pick(["HTTP/1.0", "HTTP/2.0", "http/1.1", "HTTP/1.1 "])),
  (text) =>
    text.replace(
      "/open",
      random.pick(["//open", "/open/..", "/%6fpen", "http://a/open", "/open;"]),
    ),
  (text) =>
    text.replace(/^[A-Z]+/, random.pick(["OPTIONS", "TRACE", "CONNECT", "get", "QUERY", "HEAD"])),
];

function splice(text: string, remove: number, insert: string): string {
  const at = random.below(text.length);
  return text.slice(0, at) + insert + text.slice(at + remove);
}

function afterSomeLine(text: string, line: string): string {
  const all = text.split("\r\n");
  all.splice(1 + random.below(all.length), 0, line);
  return all.join("\r\n");
}

function strangeHead(): string {
  let text = random.pick(heads);
  for (let left = 1 + random.below(3); left > 0; left -= 1) text = random.pick(changes)(text);
  return text;
}

/** What came back, until the end or until nothing more comes. */
async function speak(port: number, head: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(250, () => socket.destroy()).on("error", () => {});
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  socket.write(head, "latin1");
  await new Promise((closed) => socket.once("close", closed));
  return text;
}

test(`whatever is sent, it is read in one way or refused (TEST_SEED=${seed})`, async () => {
  await using upstream = await strictUpstream();
  await using gateway = await startFixture({ upstream: upstream as never });
  const strange = Array.from({ length: count }, strangeHead);
  const wrong: unknown[] = [];

  const lane = async () => {
    for (let head = strange.pop(); head !== undefined; head = strange.pop()) {
      const text = await speak(gateway.port, head);
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) =>
        Number(status),
      );
      if (statuses.some((status) => status >= 500)) wrong.push({ head, text });
    }
  };
  await Promise.all(Array.from({ length: 20 }, lane));

  expect(wrong).toEqual([]);
  expect(upstream.faults).toEqual([]);
  expect(upstream.requests.length).toBeGreaterThan(count / 10);
  for (const { target, headers } of upstream.requests) {
    expect(target).toMatch(/^\/open(?:[/?]|$)/); // no token was good, so nothing of /billing arrives
    const claimed = headers.filter(([name, value]) => isReservedName(name) && /evil/.test(value));
    expect(claimed).toEqual([]);
  }
  expect(gateway.lines.filter(({ level }) => level === "error" || level === "fatal")).toEqual([]);
  expect((await gateway.send("/open", {})).status).toBe(200);
}, 60_000);
