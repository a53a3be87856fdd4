import { expect, test } from "@jest/globals";
import { continueTrace } from "../src/http/trace-context.ts";
import { startFixture } from "./support/gateway.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const span = "00f067aa0ba902b7";

const fresh = /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/;

test("a trace goes on under a span of the gateway's own, with what others noted for it", async () => {
  await using gateway = await startFixture();
  const tracestate = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

  await gateway.send("/open", { headers: { traceparent: `00-${trace}-${span}-01`, tracestate } });

  const [received] = gateway.upstream.requests;
  expect(received?.header("traceparent")).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  expect(received?.header("traceparent")).not.toContain(span);
  expect(received?.header("tracestate")).toBe(tracestate);
  expect(gateway.lines).toContainEqual(expect.objectContaining({ trace_id: trace }));
});

test("without a valid traceparent there is a new trace, and no tracestate", async () => {
  await using gateway = await startFixture();

  await gateway.send("/open", { headers: { tracestate: "rojo=1" } });
  await gateway.send("/open", { headers: { traceparent: "nonsense", tracestate: "rojo=1" } });
  await gateway.raw(
    `GET /open HTTP/1.1\r\nHost: a\r\nTraceparent: 00-${trace}-${span}-01\r\nTraceparent: 00-${trace}-${span}-00\r\nTracestate: a=1\r\n\r\n`,
  );

  for (const received of gateway.upstream.requests) {
    expect(received.header("traceparent")).toMatch(fresh);
    expect(received.header("tracestate")).toBeUndefined();
  }
  expect(gateway.upstream.requests).toHaveLength(3);
});

test.each([
  ["version ff", `ff-${trace}-${span}-01`],
  ["a trace of zeros", `00-${"0".repeat(32)}-${span}-01`],
  ["a span of zeros", `00-${trace}-${"0".repeat(16)}-01`],
  ["capitals", `00-${trace.toUpperCase()}-${span}-01`],
  ["more than version 00 has", `00-${trace}-${span}-01-more`],
  ["more without a hyphen", `01-${trace}-${span}-01more`],
  ["less", `00-${trace}-${span}`],
  ["a line break", `00-${trace}-${span}-01\n`],
])("%s begins a new trace", (_name, given) => {
  expect(continueTrace(given, "a=1").traceparent).toMatch(fresh);
  expect(continueTrace(given, "a=1").traceparent).not.toContain(trace);
  expect(continueTrace(given, "a=1").tracestate).toBeUndefined();
});

test("a higher version is read as far as it is known, and answered in ours", () => {
  for (const given of [`01-${trace}-${span}-01`, `cc-${trace}-${span}-01-what-comes-later`]) {
    const { traceparent } = continueTrace(given, undefined);
    expect(traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  }
});

test("of the flags, those that are known are kept", () => {
  const flagsOf = (flags: string) =>
    continueTrace(`00-${trace}-${span}-${flags}`, undefined).traceparent.slice(-2);

  expect(["00", "01", "02", "03", "ff", "04"].map(flagsOf)).toEqual([
    "00",
    "01",
    "02",
    "03",
    "03",
    "00",
  ]);
});
