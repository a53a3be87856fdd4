import type { Command } from "./command.ts";
import { lines, missing, parse, table } from "./say.ts";
import { userCommands } from "./user-commands.ts";

const keyColumns = ["kid", "algorithm", "state", "publishedAt", "activatedAt", "retiredAt"];
const clientColumns = ["client_id", "enabled", "method", "secrets", "tenant", "serves"];
const auditColumns = ["at", "event", "client_id", "sub", "jti", "kid", "ip", "details"];

/** Everything that `tollgate` can do, by its first words. */
export const commands: Readonly<Record<string, Command>> = {
  "keys list": {
    usage: "keys list",
    about: "the signing keys and their states",
    run: async (control) => table(await control.get("/keys"), "keys", keyColumns),
  },
  "keys rotate": {
    usage: "keys rotate",
    about: "let the next keys sign, and retire those that do",
    run: async (control) => table(await control.post("/keys/rotate", {}), "keys", keyColumns),
  },
  "keys revoke": {
    usage: "keys revoke <kid>",
    about: "an emergency: remove a key at once; all its tokens are refused",
    run: async (control, [kid = missing("a kid")]) =>
      table(await control.post("/keys/revoke", { kid }), "keys", keyColumns),
  },
  revoke: {
    usage: "revoke token|subject|session|client <name>",
    about: "refuse what was minted until now",
    run: async (control, [kind = missing("a kind"), value = missing("a name")]) =>
      lines(await control.post("/revocations", { kind, value })),
  },
  "clients list": {
    usage: "clients list",
    about: "the clients of the file, and those that were added",
    run: async (control) => table(await control.get("/clients"), "clients", clientColumns),
  },
  "clients add": {
    usage: "clients add '<JSON>'",
    about: "add a client, declared as in config/issuer.yaml; prints its secret, once",
    run: async (control, [json = missing("a declaration")]) =>
      lines(await control.post("/clients/add", parse(json))),
  },
  ...onClient("secret", "give it a new secret; the one before works on"),
  ...onClient("disable", "refuse it and its tokens"),
  ...onClient("enable", "let it in again"),
  ...onClient("remove", "forget one that was added; its tokens are refused"),
  ...userCommands,
  audit: {
    usage:
      "audit [--limit 50] [--since <time>] [--event|--client_id|--sub|--jti|--kid|--ip|--request_id <name>]",
    about: "what happened, the newest last",
    options: ["limit", "since", "event", "client_id", "sub", "jti", "kid", "ip", "request_id"],
    run: async (control, _names, options) => {
      const query = new URLSearchParams(options);
      return table(await control.get(`/audit?${query}`), "events", auditColumns);
    },
  },
};

function onClient(verb: string, about: string): Record<string, Command> {
  return {
    [`clients ${verb}`]: {
      usage: `clients ${verb} <client_id>`,
      about,
      run: async (control, [client_id = missing("a client_id")]) =>
        lines(await control.post(`/clients/${verb}`, { client_id })),
    },
  };
}
