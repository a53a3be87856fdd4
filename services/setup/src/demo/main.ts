import { ConfigError } from "@tollgate/shared/config";
import { type DemoConfig, loadDemoConfig } from "./config.ts";
import { DemoError } from "./demo-error.ts";
import { createGateway } from "./gateway.ts";
import { createPage } from "./page.ts";
import { readPassword, readSecret } from "./read-secret.ts";
import { tellStory } from "./story.ts";
import { waitUntilUp } from "./wait-until-up.ts";

const tell = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * demo: the story. token: an access token and nothing else. secret: a demo client's secret. password:
 * a demo person's password.
 */
const commands: Record<string, (config: DemoConfig) => Promise<void>> = {
  async demo(config) {
    const gateway = createGateway(config);
    const page = createPage(process.stdout);
    await waitUntilUp(gateway, { ...config, tell });
    page.title(`Tollgate at ${config.publicUrl}: what a token opens, and what nothing opens`);
    await tellStory(gateway, page);
    const bearer = `"Authorization: Bearer $(make -s token)"`;
    page.done(`Now you: curl ${config.publicUrl}/billing/v1/invoices -H ${bearer}`);
  },

  async token(config) {
    const gateway = createGateway(config);
    await waitUntilUp(gateway, { ...config, tell });
    process.stdout.write(`${await gateway.token(config)}\n`);
  },

  async secret({ clientsDir, client }) {
    process.stdout.write(`${await readSecret(clientsDir, client)}\n`);
  },

  async password({ peopleDir, person }) {
    process.stdout.write(`${await readPassword(peopleDir, person)}\n`);
  },
};

try {
  const command = commands[process.argv[2] ?? "demo"];
  if (command === undefined) throw new DemoError(`Say one of ${Object.keys(commands).join(", ")}`);
  await command(loadDemoConfig(process.env));
} catch (error) {
  if (!(error instanceof DemoError || error instanceof ConfigError)) throw error;
  tell(error.message);
  process.exitCode = 1;
}
