import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { peerCore, startChild, untilUp } from "../machine/child.ts";
import { audience } from "../machine/issuer.ts";
import { answers, type Peer, path, type Surroundings } from "./peer.ts";

/** Debian's HAProxy, one thread, with jwt_verify; it logs nothing and keeps no cache of tokens. */
export async function startHaproxy(surroundings: Surroundings): Promise<Peer> {
  const { folder } = surroundings;
  const port = await freePort();
  const log = join(folder, "haproxy.log");
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, configuration(port, surroundings));
  const command = ["haproxy", "-db", "-f", file];
  const child = startChild({ name: "haproxy", core: peerCore, command, log });
  const url = `http://127.0.0.1:${port}${path}`;
  await untilUp(child, log, () => answers(url));
  return { ...child, url };
}

/** The cheap checks come first, as in the gateway. */
function configuration(port: number, { upstream, issuer }: Surroundings): string {
  const deny = "http-request deny deny_status 401 unless";
  return `
global
  nbthread 1
  maxconn 4096

defaults
  mode http
  option http-keep-alive
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s

frontend bench
  bind 127.0.0.1:${port}
  http-request set-var(txn.token) http_auth_bearer
  http-request set-var(txn.alg) var(txn.token),jwt_header_query('$.alg')
  http-request set-var(txn.iss) var(txn.token),jwt_payload_query('$.iss')
  http-request set-var(txn.aud) var(txn.token),jwt_payload_query('$.aud')
  http-request set-var(txn.exp) var(txn.token),jwt_payload_query('$.exp','int')
  http-request set-var(txn.now) date()
  ${deny} { var(txn.alg) -m str ES256 }
  ${deny} { var(txn.iss) -m str ${issuer.url} }
  ${deny} { var(txn.aud) -m str ${audience} }
  ${deny} { var(txn.exp),sub(txn.now) -m int gt 0 }
  ${deny} { var(txn.token),jwt_verify(txn.alg,"${issuer.publicKeyFile}") 1 }
  option forwardfor
  default_backend upstream

backend upstream
  server nginx ${new URL(upstream).host}
`;
}
