import { CommandError } from "./call-control.ts";
import type { Command, Options, ReadSecret } from "./command.ts";
import { lines, missing, parse, table } from "./say.ts";

const columns = ["sub", "username", "enabled", "logs_in_by", "tenant", "access"];

/** People. A password comes from standard input or is made and printed once; never from an argument. */
export const userCommands: Readonly<Record<string, Command>> = {
  "users list": {
    usage: "users list",
    about: "the people of the file, and those who were added",
    run: async (control) => table(await control.get("/users"), "users", columns),
  },
  "users add": {
    usage: "users add '<JSON>' [--password stdin|none]",
    about: "add a person, declared as in config/issuer.yaml; prints a password, once",
    options: ["password"],
    async run(control, [json = missing("a declaration")], options, readSecret) {
      const definition = parse(json);
      const chosen =
        options.password === "none" ? { passwordless: true } : await chosenBy(options, readSecret);
      return lines(await control.post("/users/add", { definition, ...chosen }));
    },
  },
  "users password": {
    usage: "users password <sub|username> [--password stdin]",
    about: "give a new password, and end what they are logged in with",
    options: ["password"],
    run: async (control, [user = missing("a user")], options, readSecret) =>
      lines(
        await control.post("/users/password", { user, ...(await chosenBy(options, readSecret)) }),
      ),
  },
  "users roles": {
    usage: "users roles <sub|username> <resource> [<role> …] [--scopes '<scope> …']",
    about: "what they are at a resource from now on; refuses the tokens that say otherwise",
    options: ["scopes"],
    async run(
      control,
      [user = missing("a user"), resource = missing("a resource"), ...roles],
      options,
    ) {
      const scopes = options.scopes?.split(" ").filter(Boolean);
      const asked = { user, resource, roles, ...(scopes && { scopes }) };
      return lines(await control.post("/users/roles", asked));
    },
  },
  "users disable": onUser("disable", "log them out everywhere, and let them in no more"),
  "users enable": onUser("enable", "let them in again"),
};

function onUser(verb: string, about: string): Command {
  return {
    usage: `users ${verb} <sub|username>`,
    about,
    run: async (control, [user = missing("a user")]) =>
      lines(await control.post(`/users/${verb}`, { user })),
  };
}

async function chosenBy({ password }: Options, readSecret: ReadSecret) {
  if (password === undefined) return {};
  // Anything else is perhaps the password itself, and so is not repeated.
  if (password !== "stdin") throw new CommandError("--password takes stdin: it is no argument");
  return { password: await readSecret() };
}
