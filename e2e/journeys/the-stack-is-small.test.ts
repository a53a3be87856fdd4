import { expect, test } from "@jest/globals";
import { startStack } from "../stack.ts";
import { root } from "../support/project.ts";
import { output } from "../support/run.ts";

const services = ["gateway", "issuer", "billing"] as const;
const mebibyte = 2 ** 20;

test("an image stays under 450 MB, and the three idle services together under 400 MB", async () => {
  await using stack = await startStack();
  const docker = (...args: string[]) => output("docker", args, { cwd: root });

  for (const service of services) {
    const size = await docker("image", "inspect", "--format", "{{.Size}}", `tollgate/${service}`);
    expect([service, Number(size) < 450e6]).toEqual([service, true]);
  }
  const used = await Promise.all(
    services.map(async (service) => {
      const id = await stack.must("ps", "--quiet", service);
      return inBytes(await docker("stats", "--no-stream", "--format", "{{.MemUsage}}", id));
    }),
  );
  const together = used.reduce((sum, bytes) => sum + bytes, 0);
  expect(together).toBeGreaterThan(50 * mebibyte);
  expect(together).toBeLessThan(400 * mebibyte);
});

test("only what production needs is in an image", async () => {
  await using stack = await startStack();

  for (const service of services) {
    const packages = await stack.must("exec", "-T", service, "ls", "node_modules");
    expect([service, /^(typescript|jest|@biomejs|testcontainers)$/m.exec(packages)]).toEqual([
      service,
      null,
    ]);
    const sources = await stack.must("exec", "-T", service, "ls", "-R", "shared", "services");
    expect([service, /\.test\.ts|\/testing:/.exec(sources)]).toEqual([service, null]);
  }
});

/** "64.4MiB / 256MiB", of which the first is what is used. */
function inBytes(usage: string): number {
  const [, amount = "", unit = ""] = /^([\d.]+)([KMG]iB) /.exec(usage) ?? [];
  return Number(amount) * (multiples[unit] ?? Number.NaN);
}

const multiples: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
