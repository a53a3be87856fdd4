import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { providersText, registryText } from "./issuer-settings.ts";
import { openIssuer } from "./open-issuer.ts";

/** An issuer that is ready and trusts these providers, a line each in YAML's flow style or a block. */
export async function openFederatedIssuer(providers: string) {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "tollgate-federation-"));
  opened.defer(() => rm(directory, { recursive: true }));
  const file = join(directory, "issuer.yaml");
  await writeFile(file, registryText.replace(providersText, `providers:\n${providers}`));
  const issuer = opened.use(await openIssuer({ ISSUER_CONFIG: file }));
  const open = opened.move();
  return { ...issuer, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
