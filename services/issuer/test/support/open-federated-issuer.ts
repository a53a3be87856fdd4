import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { providersText, registryText } from "./issuer-settings.ts";
import { openIssuer } from "./open-issuer.ts";

/** An issuer that is ready and trusts these providers; secrets are files below `${OUTSIDE_SECRETS}`. */
export async function openFederatedIssuer(providers: string, secrets: Record<string, string> = {}) {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "tollgate-federation-"));
  opened.defer(() => rm(directory, { recursive: true }));
  const file = join(directory, "issuer.yaml");
  await writeFile(file, registryText.replace(providersText, `providers:\n${providers}`));
  for (const [name, secret] of Object.entries(secrets)) {
    await writeFile(join(directory, name), secret);
  }
  const env = { ISSUER_CONFIG: file, OUTSIDE_SECRETS: directory };
  const issuer = opened.use(await openIssuer(env));
  const open = opened.move();
  return { ...issuer, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
