import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@tollgate/shared/testing/free-port";
import { type Child, loadCore, startChild, untilUp } from "./child.ts";

export type Nginx = Child & { readonly url: string };

/** The upstream of every peer: nginx that answers 1 KiB of JSON and keeps connections. */
export async function startNginx(folder: string): Promise<Nginx> {
  const port = await freePort();
  const config = join(folder, "nginx.conf");
  const log = join(folder, "nginx.log");
  writeFileSync(config, configuration(folder, port));
  const command = ["nginx", "-p", folder, "-c", config, "-e", log];
  const child = startChild({ name: "nginx", core: loadCore, command, log });
  const url = `http://127.0.0.1:${port}`;
  await untilUp(child, log, async () => (await fetch(url)).status === 200);
  return { ...child, url };
}

function configuration(folder: string, port: number): string {
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log crit;
worker_rlimit_nofile 16384;
events { worker_connections 12288; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_body_temp_path ${folder}/nginx-body;
  proxy_temp_path ${folder}/nginx-proxy;
  fastcgi_temp_path ${folder}/nginx-fastcgi;
  uwsgi_temp_path ${folder}/nginx-uwsgi;
  scgi_temp_path ${folder}/nginx-scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      default_type application/json;
      return 200 '${oneKibibyte()}';
    }
  }
}
`;
}

function oneKibibyte(): string {
  const frame = JSON.stringify({ invoice: "" });
  return JSON.stringify({ invoice: "x".repeat(1_024 - frame.length) });
}
