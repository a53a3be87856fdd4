import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const [plugin] = JSON.parse(await readFile(join(root, "biome.json"), "utf8")).plugins;

/** Lints files as the project does, in a folder of their own; returns the lines that it marks. */
async function lint(files: Record<string, string>): Promise<Record<string, number[]>> {
  const folder = await mkdtemp(join(tmpdir(), "billing-lint-"));
  try {
    const plugins = [{ ...plugin, path: join(root, plugin.path) }];
    const linter = { rules: { preset: "none" } };
    await writeFile(join(folder, "biome.json"), JSON.stringify({ plugins, linter }));
    for (const [file, text] of Object.entries(files)) {
      await mkdir(join(folder, dirname(file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    const biome = join(root, "node_modules/.bin/biome");
    const { stdout } = spawnSync(biome, ["lint", "--reporter=json", "."], { cwd: folder });
    const marked: Record<string, number[]> = {};
    for (const { location } of JSON.parse(String(stdout)).diagnostics) {
      marked[location.path] = [...(marked[location.path] ?? []), location.start.line];
    }
    return marked;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const floats = [
  "export const a = (cents: bigint) => Number(cents);",
  "export const b = (cents: number) => Math.round(cents);",
  "export const c = (text: string) => parseFloat(text);",
  "export const d = (text: string) => Number.parseFloat(text);",
  "export const e = (cents: number) => cents.toFixed(2);",
  "export const f = (text: string) => +text;",
  "export const g = (cents: number) => cents * 0.2;",
  "export const h = 1e3;",
];
const sound = "export const i = (cents: bigint) => (cents * 19n) / 100n;";

test("floating point is refused where money is computed, and there alone", async () => {
  const text = [...floats, sound].join("\n");
  const domain = "services/billing/src/domain";
  const marked = await lint({ [`${domain}/money.ts`]: text, [`${domain}/calendar.ts`]: text });

  expect(marked).toEqual({ [`${domain}/money.ts`]: floats.map((_, index) => index + 1) });
});

test("every file that imports money's arithmetic is held to it", async () => {
  const covered = globSync(plugin.includes, { cwd: root, exclude: ["**/node_modules/**"] });
  const all = globSync("services/billing/src/domain/*.ts", { cwd: root });
  const texts = await Promise.all(
    all.map(async (file) => [file, await readFile(join(root, file), "utf8")] as const),
  );
  const computing = texts
    .filter(([, text]) => text.includes('from "./money.ts"'))
    .map(([file]) => file);
  expect(covered).toEqual(expect.arrayContaining(computing));
  expect(covered).toHaveLength(6);
});
