import { createIssuerDatabase } from "./issuer-database.ts";
import { issuerSettings } from "./issuer-settings.ts";
import { startTestIssuer } from "./start-test-issuer.ts";

/** Two issuers on one database, and a clock that they share. */
export async function openReplicas() {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createIssuerDatabase());
  const settings = opened.use(await issuerSettings(database.url));
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const replicas = [
    opened.use(await startTestIssuer(settings.env, now)),
    opened.use(await startTestIssuer(settings.env, now)),
  ] as const;
  await Promise.all(replicas.map((each) => each.becomes(200)));
  const open = opened.move();
  return {
    ...{ database, replicas, settings },
    one: replicas[0],
    advance(ms: number) {
      ahead += ms;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
