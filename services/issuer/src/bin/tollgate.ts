import { CommandError, createControlClient } from "../cli/call-control.ts";
import { readSecret } from "../cli/read-secret.ts";
import { runCommand } from "../cli/run-command.ts";

/** The operator's command: docker compose exec issuer tollgate keys list */
try {
  const control = createControlClient(process.env.ISSUER_CONTROL_PORT || "9091");
  const said = await runCommand(process.argv.slice(2), control, () => readSecret(process.stdin));
  process.stdout.write(`${said}\n`);
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`tollgate: ${error.message}\n`);
  process.exitCode = 1;
}
