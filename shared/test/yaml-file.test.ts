import { expect, test } from "@jest/globals";
import { ConfigError } from "@tollgate/shared/config";
import { parseYaml } from "@tollgate/shared/yaml-file";
import * as z from "zod";

const schema = z.strictObject({
  name: z.string(),
  port: z.number().default(80),
  list: z.array(z.strictObject({ size: z.number() })).default([]),
});

function faultsOf(text: string, env = {}, as: z.ZodType = schema): readonly string[] {
  try {
    parseYaml("file.yaml", text, as, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("faults carry the file, the line and the column of what is wrong", () => {
  const faults = faultsOf("name: 5\nprot: 1\nlist:\n  - size: big\n  - { size: 1, extra: 2 }\n");

  expect(faults).toEqual([
    expect.stringMatching(/^file\.yaml:1:7: name: /),
    expect.stringMatching(/^file\.yaml:4:11: list\.0\.size: /),
    expect.stringMatching(/^file\.yaml:5:16: list\.1: Unrecognized key: "extra"/),
    expect.stringMatching(/^file\.yaml:2:1: Unrecognized key: "prot"/),
  ]);
});

test("a text that is no YAML, and a key that is there twice, are faults too", () => {
  expect(faultsOf("name: [1\n")[0]).toMatch(/^file\.yaml:\d+:\d+: /);
  expect(faultsOf("name: a\nname: b\n")[0]).toMatch(/^file\.yaml:2:1: /);
});

test("variables are filled in, with their defaults, and typed like plain YAML", () => {
  const read = (env: Record<string, string>) =>
    parseYaml("f", "name: x-${NAME:-dee}\nport: ${PORT:-8080}\n", schema, env);

  expect(read({})).toMatchObject({ name: "x-dee", port: 8080 });
  expect(read({ NAME: "em", PORT: "1" })).toMatchObject({ name: "x-em", port: 1 });
});

test("a variable that is not set and has no default is a fault at its place", () => {
  expect(faultsOf("name: a\nport: ${PORT}\n")).toEqual([
    "file.yaml:2:7: the variable PORT is not set and has no default",
  ]);
});

test("a variable's value cannot bring YAML of its own", () => {
  expect(parseYaml("f", "name: ${NAME}\n", schema, { NAME: "a\nport: 1" })).toMatchObject({
    name: "a\nport: 1",
    port: 80,
  });
});

test("an alias of nothing, and aliases that stand for far too much, are faults and no crash", () => {
  expect(faultsOf("name: *nope\n")).toEqual([
    "file.yaml:1:7: *nope stands for nothing: no &nope above it",
  ]);
  const laughs = Array.from({ length: 12 }, (_, level) =>
    level === 0 ? "a0: &a0 [ha]" : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
  );
  expect(faultsOf(`${laughs.join("\n")}\n`)).toEqual([
    "file.yaml:1:1: its aliases stand for more than is taken",
  ]);
});

test.each(["${NAME-x}", "${NAME:?x}", "${}", "a ${NAME"])(
  "%s is no variable, and is said to be none",
  (text) => {
    expect(faultsOf(`name: "${text}"\n`)).toEqual([
      "file.yaml:1:7: a variable is written as ${NAME} or ${NAME:-default}",
    ]);
  },
);

test("of alternatives, the one whose keys were written is the one that was meant", () => {
  const size = z.strictObject({ width: z.number() });
  const open = z.strictObject({ access: z.literal("public"), size });
  const shut = z.strictObject({
    access: z.literal("token").default("token"),
    key: z.string(),
    size,
  });
  const either = z.union([open, shut]);

  expect(faultsOf("key: k\nsize: { width: wide }\n", {}, either)).toEqual([
    expect.stringMatching(/^file\.yaml:2:16: size\.width: /),
  ]);
  expect(faultsOf("acess: public\nsize: { width: 1 }\n", {}, either)).toEqual([
    expect.stringMatching(/: access: .* "public"$/),
    expect.stringMatching(/^file\.yaml:1:1: Unrecognized key: "acess"/),
  ]);
});
