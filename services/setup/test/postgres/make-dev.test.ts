import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { loadDemoConfig } from "../../src/demo/config.ts";
import { createGateway } from "../../src/demo/gateway.ts";
import { dataFolder, portCloses } from "../support/start-dev.ts";

const resource = "https://billing.tollgate.internal";
const patience = 120_000; // a first start on a busy machine

type Folder = Awaited<ReturnType<typeof dataFolder>>;

/** The demo's client, with a token, at the gateway that runs in this folder. */
async function clientOf({ folder, gatewayUrl }: Folder) {
  const env = { DEMO_GATEWAY_URL: gatewayUrl, DEMO_CLIENTS_DIR: join(folder, "secrets/clients") };
  const gateway = createGateway(loadDemoConfig(env));
  const token = await gateway.token({ client: "svc-demo", resource });
  return {
    createCustomer: (name: string) =>
      gateway.call("POST", "/billing/v1/customers", {
        token,
        body: { name, email: "ada@example.com" },
      }),
    listCustomers: () => gateway.call("GET", "/billing/v1/customers", { token }),
    listInvoices: () => gateway.call("GET", "/billing/v1/invoices", { token }),
  };
}

/** Every port that something of this stack listens on; PostgreSQL's is the last. */
async function portsOf({ read, gatewayPort }: Folder): Promise<number[]> {
  const { ports, databaseUrl } = JSON.parse(await read("dev.json"));
  const { issuer, billing, admin } = ports;
  const database = Number(new URL(databaseUrl).port);
  return [gatewayPort, issuer, billing, ...Object.values<number>(admin), database];
}

/** Where the rest of the network would reach this machine. */
function otherAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
}

test(
  "killed, it leaves no service behind; started again, there is one server and all data; stopped, nothing is left",
  async () => {
    await using data = await dataFolder();
    await using killed = data.start();
    await killed.line(/^Tollgate is up at http:\/\/localhost:\d+: try make demo/);
    const client = await clientOf(data);
    expect(await client.listInvoices()).toMatchObject({ status: 200, body: { data: [] } });
    expect(await client.createCustomer("Ada Lovelace")).toMatchObject({ status: 201 });
    await killed.line(/^\d\d:\d\d:\d\d gateway +GET \/billing 200 for svc-demo/);
    const services = (await portsOf(data)).slice(0, -1);
    const leftOver = await data.serverPid();

    killed.kill("SIGKILL");
    await killed.exitCode();
    await Promise.all(services.map((port) => portCloses(port)));
    expect(() => process.kill(leftOver, 0)).not.toThrow();

    await using next = data.start();
    await next.line(/^Tollgate is up/);
    expect(await data.serverPid()).not.toBe(leftOver);
    expect(() => process.kill(leftOver, 0)).toThrow("ESRCH");
    const { body } = await (await clientOf(data)).listCustomers();
    expect(body.data).toEqual([expect.objectContaining({ name: "Ada Lovelace" })]);

    const ports = await portsOf(data);
    await Promise.all(
      otherAddresses().flatMap((host) => ports.map((port) => portCloses(port, host))),
    );
    next.kill("SIGTERM");
    expect(await next.exitCode()).toBe(0);
    expect(next.lines.at(-1)).toBe("Stopped.");
    await Promise.all(ports.map((port) => portCloses(port)));
    expect(await readdir(data.folder)).not.toContain("dev.json");
    expect(await readdir(join(data.folder, "postgres"))).not.toContain("postmaster.pid");
  },
  patience,
);

test(
  "a second one is refused in one line, and the first can be stopped while it still starts",
  async () => {
    await using data = await dataFolder();
    await using first = data.start();
    await first.line(/^Making secrets/);

    await using second = data.start();
    expect(await second.exitCode()).toBe(1);
    expect(second.lines).toEqual([
      expect.stringMatching(/^make dev is running already.*stop that/),
    ]);

    first.kill("SIGINT");
    expect(await first.exitCode()).toBe(0);
  },
  patience,
);

test("a port that is taken is one line that names it and its variable, and nothing is made", async () => {
  await using data = await dataFolder();
  const other = createServer().listen(data.gatewayPort, "127.0.0.1");
  await once(other, "listening");
  await using dev = data.start();

  expect(await dev.exitCode()).toBe(1);
  expect(dev.lines).toEqual([
    `port ${data.gatewayPort} is taken: set GATEWAY_PORT to a free one, like GATEWAY_PORT=9002 make dev`,
  ]);
  expect(await readdir(data.folder)).toEqual(["dev.lock"]);
  other.close();
});

test("faults of its variables are all named", async () => {
  await using data = await dataFolder();
  await using dev = data.start({ GATEWAY_PORT: "eighty", DEV_DRAIN_MS: "soon" });

  expect(await dev.exitCode()).toBe(1);
  expect(dev.lines).toEqual([
    expect.stringContaining('GATEWAY_PORT is "eighty"'),
    expect.stringContaining('DEV_DRAIN_MS is "soon"'),
  ]);
});

test(
  "faults of the services' files are all named, each with its service, and everything is stopped",
  async () => {
    await using data = await dataFolder();
    const routes = join(data.folder, "routes.yaml");
    const registry = join(data.folder, "issuer.yaml");
    await writeFile(
      routes,
      "routes:\n  - { path: /a/, upstream: http://localhost:1, access: public }\n",
    );
    await writeFile(registry, "clients: nobody\n");
    await using dev = data.start({ GATEWAY_CONFIG: routes, ISSUER_CONFIG: registry });

    expect(await dev.exitCode()).toBe(1);
    const [issuer, gateway] = dev.lines.slice(-2);
    expect(issuer).toMatch(/^issuer: .*issuer\.yaml:1:/);
    expect(gateway).toMatch(/^gateway: .*routes\.yaml:2:13: /);
    expect(await readdir(data.folder)).not.toContain("dev.json");
  },
  patience,
);

test(
  "asked again while a request is still in flight, it stops at once",
  async () => {
    await using data = await dataFolder();
    await using dev = data.start({ DEV_DRAIN_MS: "600000" });
    await dev.line(/^Tollgate is up/);
    const ports = await portsOf(data);
    const client = createConnection({ port: data.gatewayPort, host: "127.0.0.1" });
    client.on("error", () => {});
    client.write("POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n");
    client.write("Content-Type: application/x-www-form-urlencoded\r\n\r\nhalf");

    const asking = setInterval(() => dev.kill("SIGINT"), 100);
    expect(await dev.exitCode()).toBe(130);
    clearInterval(asking);
    await Promise.all(ports.map((port) => portCloses(port)));
  },
  patience,
);
