import { describe, expect, test } from "@jest/globals";
import { parseYaml } from "@tollgate/shared/yaml-file";
import * as z from "zod";
import { loadConfig } from "../src/config.ts";
import { issuerFileOf } from "../src/issuer-file.ts";
import { readFromRoot, readIssuerPage } from "./support/issuer-page.ts";
import { issuerSettings } from "./support/issuer-settings.ts";

const page = readIssuerPage();
const ours = issuerFileOf("https://id.example.test");

type Shape = {
  properties?: Record<string, Shape>;
  items?: Shape;
  anyOf?: Shape[];
  default?: unknown;
};

/** The dotted names of all keys, with their defaults: `clients.access.exchange`, false. */
function keysOf(shape: Shape, path = ""): [name: string, byDefault: unknown][] {
  const nested = [...(shape.anyOf ?? []), ...(shape.items ? [shape.items] : [])];
  const own = Object.entries(shape.properties ?? {}).flatMap(
    ([key, value]): [string, unknown][] => {
      const name = path === "" ? key : `${path}.${key}`;
      return [[name, value.default], ...keysOf(value, name)];
    },
  );
  return [...own, ...nested.flatMap((each) => keysOf(each, path))];
}

describe("the page tells of the issuer's file all and nothing else:", () => {
  const shape = z.toJSONSchema(ours, { io: "input", unrepresentable: "any" }) as Shape;
  const known = new Map(keysOf(shape));
  const told = [...page.defaults.keys()];

  test("every key of the schema has a row, or rows for all that it holds", () => {
    const untold = [...known.keys()].filter(
      (key) => !told.some((row) => row === key || row.startsWith(`${key}.`)),
    );
    expect(untold).toEqual([]);
  });

  test("every row is of a key that there is", () => {
    expect(told.filter((row) => !known.has(row))).toEqual([]);
  });

  test.each([...page.defaults])("%s has the default that its row says", (row, byDefault) => {
    expect(known.get(row)).toEqual(byDefault);
  });

  test.each(page.examples)("the issuer would start with the example\n%s", (yaml) => {
    // Files of secrets are not on this machine; that one is missing is all that is wrong.
    const read = () => parseYaml("issuer.yaml", yaml, ours, {});
    expect(read).toThrow(/^[^;]+ cannot be read \(ENOENT\)$/);
  });
});

test("every variable has a row with its default", async () => {
  await using settings = await issuerSettings("postgres://a:pw@127.0.0.1/issuer");
  const asked = new Set<string>();
  const required = Object.keys(settings.env).filter((name) => /FILE|CONFIG|SECRETS/.test(name));
  const env: Record<string, string> = Object.fromEntries(
    required.map((name) => [name, Reflect.get(settings.env, name)]),
  );
  const get = (target: Record<string, string>, name: string) => {
    asked.add(name);
    return target[name];
  };
  const config = loadConfig(new Proxy<Record<string, string>>(env, { get }));

  expect(asked).toContain("ISSUER_KEY_PUBLISH_SECONDS");
  const rows = new Map(
    [...page.text.matchAll(/^\| `(ISSUER_\w+)` \| (?:`(.*?)` )?\|/gm)].map(
      ([, name = "", value = ""]) => [name, value],
    ),
  );
  const ours = [...asked].filter((name) => name.startsWith("ISSUER_") && name !== "ISSUER_SECRETS");
  expect([...rows.keys()].sort()).toEqual(ours.sort());
  expect(rows.get("ISSUER_URL")).toBe(config.issuer);
  expect(Number(rows.get("ISSUER_PORT"))).toBe(config.port);
  expect(Number(rows.get("ISSUER_ADMIN_PORT"))).toBe(config.adminPort);
  expect(Number(rows.get("ISSUER_CONTROL_PORT"))).toBe(config.controlPort);
  expect(Number(rows.get("ISSUER_DRAIN_MS"))).toBe(config.drainMs);
  const { rotateAfterMs, publishMs } = config.keyTiming;
  expect(Number(rows.get("ISSUER_KEY_ROTATION_HOURS")) * 3_600_000).toBe(rotateAfterMs);
  expect(Number(rows.get("ISSUER_KEY_PUBLISH_SECONDS")) * 1_000).toBe(publishMs);
});

test.each(page.promises)("$file keeps what the page promises: $name", ({ file, name }) => {
  expect(readFromRoot(file)).toContain(name);
});
