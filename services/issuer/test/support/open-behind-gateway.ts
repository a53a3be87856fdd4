import { fileURLToPath } from "node:url";
import { createLog } from "@tollgate/shared/log";
import { startServer } from "@tollgate/shared/testing/start-server";
import { loadConfig } from "../../../gateway/src/config.ts";
import { startGateway } from "../../../gateway/src/start-gateway.ts";
import { openIssuer } from "./open-issuer.ts";
import { issuerUrl } from "./sign-assertion.ts";

const routes = fileURLToPath(new URL("../../../../config/gateway.yaml", import.meta.url));

/** The issuer behind the routes as they are shipped, with a billing that remembers its requests. */
export async function openBehindGateway() {
  await using opened = new AsyncDisposableStack();
  const issuer = opened.use(await openIssuer());
  const asked: { path: string; cookie: string | undefined }[] = [];
  const billing = opened.use(
    await startServer((request, response) => {
      asked.push({ path: request.url ?? "", cookie: request.headers.cookie });
      response.end("{}");
    }),
  );
  const env = {
    GATEWAY_CONFIG: routes,
    GATEWAY_PORT: "0",
    GATEWAY_ADMIN_PORT: "0",
    ISSUER_URL: issuerUrl,
    ISSUER_UPSTREAM: issuer.url,
    BILLING_UPSTREAM: billing.url,
  };
  const gateway = opened.use(
    await startGateway(loadConfig(env), env, createLog("gateway", "silent")),
  );
  const open = opened.move();
  return {
    ...{ issuer, asked },
    /** As people and apps see it, but for the name. */
    front: { url: `http://127.0.0.1:${gateway.port}` },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
