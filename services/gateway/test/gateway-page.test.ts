import { describe, expect, test } from "@jest/globals";
import { parseYaml } from "@tollgate/shared/yaml-file";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { loadConfig } from "../src/config.ts";
import { isIdentityName, isReservedName } from "../src/http/reserved-names.ts";
import { routesSchema } from "../src/routes/schema.ts";
import { billing, startFixture } from "./support/gateway.ts";
import { readGatewayPage } from "./support/gateway-page.ts";
import { readCall } from "./support/written-call.ts";

const page = readGatewayPage();

type File = {
  issuers?: { issuer: string; jwks_uri?: string }[];
  routes: Record<string, unknown>[];
};

/** An example that shows routes alone stands in a file with our issuer. */
function fileOf(yaml: string): File {
  const part = parse(yaml);
  const issuers = [{ issuer: "http://localhost:9001", jwks_uri: "http://issuer:8080/oauth/jwks" }];
  if (Array.isArray(part)) return { issuers, routes: part };
  const routes = [{ path: "/a", upstream: "http://a", access: "public" }];
  return { routes, ...part };
}

const read = (file: unknown) => parseYaml("gateway.yaml", stringify(file), routesSchema, {});

describe("every example is one that the gateway takes:", () => {
  test.each(page.examples)("$heading", ({ yaml }) => {
    expect(() => read(fileOf(yaml))).not.toThrow();
  });
});

/** The example's file with real addresses in it: a test issuer's and a recording upstream's. */
function withRealAddresses(yaml: string, jwksUri: string, upstream: string): string {
  const file = fileOf(withDefaults(yaml));
  for (const issuer of file.issuers ?? []) issuer.jwks_uri = jwksUri;
  for (const route of file.routes) route.upstream = upstream;
  return stringify(file);
}

function withDefaults(text: string): string {
  return text.replace(/\$\{\w+:-([^}]*)\}/g, "$1");
}

function audienceOf(file: File, path: string): string {
  const fits = file.routes.filter((route) => path.startsWith(String(route.path)));
  return String(fits.at(-1)?.audience ?? billing);
}

describe("every call that is written below an example is answered as it says:", () => {
  const withCalls = page.examples.filter(({ calls }) => calls.length > 0);

  test.each(withCalls)("$heading", async ({ yaml, calls }) => {
    const file = fileOf(yaml);
    await using gateway = await startFixture({
      routes: ({ jwksUri }, upstream) => withRealAddresses(yaml, jwksUri, upstream),
    });
    const iss = withDefaults(file.issuers?.[0]?.issuer ?? "");
    for (const { line, method, path, headers, claims, status, code, sends } of calls.map(
      readCall,
    )) {
      const lines = [`${method} ${path} HTTP/1.1`, "Host: a", "Connection: close", ...headers];
      if (claims !== undefined) {
        const token = await gateway.issuer.token({ iss, aud: audienceOf(file, path), ...claims });
        lines.push(`Authorization: Bearer ${token}`);
      }

      const answer = await gateway.raw(`${lines.join("\r\n")}\r\n\r\n`);

      const [received] = gateway.upstream.requests.splice(0);
      const found = { line, status: answer.status, code: /"code":"(\w+)"/.exec(answer.body)?.[1] };
      expect(found).toEqual({ line, status, code });
      expect(received !== undefined).toBe(status === 200);
      if (sends !== undefined) {
        expect({ line, value: received?.header(sends.name) ?? "" }).toEqual({
          line,
          value: sends.value,
        });
      }
    }
  });
});

type Shape = { properties?: Record<string, Shape>; items?: Shape; anyOf?: Shape[] };

/** The dotted names of all keys: `routes.limits.rate.per`. */
function keysOf(shape: Shape, path = ""): string[] {
  const nested = [...(shape.anyOf ?? []), ...(shape.items ? [shape.items] : [])];
  const own = Object.entries(shape.properties ?? {}).flatMap(([key, value]) => {
    const name = path === "" ? key : `${path}.${key}`;
    return [name, ...keysOf(value, name)];
  });
  return [...own, ...nested.flatMap((each) => keysOf(each, path))];
}

describe("the page tells all and nothing else:", () => {
  const shape = z.toJSONSchema(routesSchema, { io: "input", unrepresentable: "any" }) as Shape;
  const known = [...new Set(keysOf(shape))];
  const told = [...page.defaults.keys()];

  test("every key of the schema has a row, or rows for all that it holds", () => {
    const untold = known.filter(
      (key) => !told.some((row) => row === key || row.startsWith(`${key}.`)),
    );

    expect(untold).toEqual([]);
  });

  test("every row is of a key that there is", () => {
    expect(told.filter((row) => !known.includes(row))).toEqual([]);
  });

  test("a file that states every default means the same as one that states none", () => {
    const bare = {
      issuers: [
        { issuer: "i", jwks_uri: "http://localhost", revocations: { feed: "http://localhost" } },
      ],
      routes: [
        {
          path: "/a",
          upstream: "http://localhost",
          audience: "a",
          rules: [{ methods: ["GET"] }],
          limits: { rate: { requests: 1, per: "1s" } },
          health: { path: "/healthz" },
          cors: { origins: ["https://a.example"] },
        },
      ],
    };
    const whole = structuredClone(bare);
    for (const [row, value] of page.defaults) if (value !== undefined) put(whole, row, value);

    expect(whole).not.toEqual(bare);
    expect(read(whole)).toEqual(read(bare));
  });

  test("every variable has a row with its default", () => {
    const asked: string[] = [];
    const get = (_env: object, name: string) => void asked.push(name);
    const config = loadConfig(new Proxy({}, { get }));

    expect(asked).toContain("GATEWAY_PORT");
    for (const name of asked) {
      const row = new RegExp(`^\\| \`${name}\` \\| (?:\`(.*?)\` )?\\|`, "m").exec(page.text);
      expect([name, row === null, Object.values(config).map(String)]).toEqual([
        name,
        false,
        expect.arrayContaining([String(row?.[1])]),
      ]);
    }
    expect(page.text).toContain("| `GATEWAY_LOG_LEVEL` | `info` |");
  });

  test("the names that it calls reserved are, and those of identity can be set", () => {
    for (const name of page.namesIn("reserved")) {
      const one = name.replace("*", "x");
      expect([name, isReservedName(one), isIdentityName(one)]).toEqual([name, true, false]);
    }
    for (const name of page.namesIn("identity")) {
      const one = name.replace("*", "x");
      expect([name, isReservedName(one), isIdentityName(one)]).toEqual([name, true, true]);
    }
  });
});

/** Sets `routes.limits.body` in the first of the routes. */
function put(file: object, row: string, value: unknown): void {
  const steps = row.split(".");
  const last = steps.pop() ?? "";
  let at = file as Record<string, unknown>;
  for (const step of steps) {
    at[step] ??= {};
    const below = at[step];
    at = (Array.isArray(below) ? below[0] : below) as Record<string, unknown>;
  }
  at[last] = value;
}
