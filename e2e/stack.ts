import { DockerComposeEnvironment } from "testcontainers";
import { createClient } from "./support/client.ts";
import { freePort } from "./support/free-port.ts";
import { newProject, root } from "./support/project.ts";
import { output, run } from "./support/run.ts";

export type StackOptions = {
  /** Compose files on top of docker-compose.yml, from the repository's root. */
  overlays?: readonly string[];
  /** What a user would export before `docker compose up`. */
  env?: Readonly<Record<string, string>>;
};

export type Service = "gateway" | "issuer" | "billing" | "postgres" | "setup" | "migrate";
export type LogLine = Record<string, unknown> & { event?: string; request_id?: string };
export type Stack = Awaited<ReturnType<typeof declareStack>>;

/** Clients of e2e/config/issuer.yaml that setup makes no secret for, and whose they use. */
const lenders: Record<string, string> = { "svc-brief": "svc-demo" };

/** The real stack, up and ready, in a project of its own on a free port. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const stack = await declareStack(options);
  try {
    await new DockerComposeEnvironment(root, stack.files)
      .withProjectName(stack.project)
      .withEnvironment(stack.env)
      .withClientOptions({ commandOptions: ["--wait"] })
      .up();
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
  return stack;
}

/** The same, with nothing started: for tests of what happens then. */
export async function declareStack({ overlays = [], env = {} }: StackOptions = {}) {
  const project = newProject();
  const files = ["docker-compose.yml", ...overlays];
  const port = env.GATEWAY_PORT ?? String(await freePort());
  // No .env of whoever runs the tests, so that the defaults are what is tested.
  const settings = { COMPOSE_DISABLE_ENV_FILE: "1", ...env, GATEWAY_PORT: port };
  const command = ["compose", "--project-name", project, ...files.flatMap((file) => ["-f", file])];

  /** A `docker compose …` on this stack, with other settings if need be. Any status is a result. */
  const compose = (args: readonly string[], changed: NodeJS.ProcessEnv = {}) =>
    run("docker", [...command, ...args], {
      cwd: root,
      env: { ...process.env, ...settings, ...changed },
    });
  const must = (...args: string[]) =>
    output("docker", [...command, ...args], { cwd: root, env: { ...process.env, ...settings } });

  const url = `http://localhost:${port}`;
  const secrets = new Map<string, Promise<string>>();
  function secretOf(client: string): Promise<string> {
    const tool = ["run", "--rm", "--no-deps", "-T", "demo"];
    const file = `/run/tollgate/clients/${lenders[client] ?? client}`;
    const secret = secrets.get(client) ?? must(...tool, "cat", file);
    secrets.set(client, secret);
    return secret;
  }

  return {
    project,
    files,
    env: settings,
    url,
    compose,
    must,
    ...createClient(url, secretOf),

    /** Runs JavaScript in a service's container and returns what it printed. */
    evaluate: (service: Service, script: string) =>
      must("exec", "-T", service, "node", "--input-type=module", "--eval", script),

    /** The lines that a service has logged, oldest first. */
    async logs(service: Service): Promise<LogLine[]> {
      const text = await must("logs", "--no-log-prefix", "--no-color", service);
      return text.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
    },

    /** What Docker knows of a service's container, also of one that has ended. */
    async inspect(service: Service) {
      const id = await must("ps", "--all", "--quiet", service);
      return JSON.parse(await output("docker", ["inspect", id], { cwd: root }))[0];
    },

    async [Symbol.asyncDispose]() {
      await must("--profile", "tools", "down", "--volumes", "--remove-orphans", "--timeout", "1");
    },
  };
}
