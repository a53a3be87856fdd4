import { createIssuerDatabase } from "./issuer-database.ts";
import { issuerSettings } from "./issuer-settings.ts";
import { startTestIssuer } from "./start-test-issuer.ts";

/** An issuer that is ready, with a database of its own; for a whole file of tests. */
export async function openIssuer(changes: Record<string, string> = {}) {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createIssuerDatabase());
  const settings = opened.use(await issuerSettings(database.url));
  const issuer = opened.use(await startTestIssuer({ ...settings.env, ...changes }));
  await issuer.becomes(200);
  const open = opened.move();
  return {
    ...issuer,
    database,
    env: settings.env,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
