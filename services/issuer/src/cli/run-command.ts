import { CommandError, type Control } from "./call-control.ts";
import type { Command, Options, ReadSecret } from "./command.ts";
import { commands } from "./commands.ts";

/** Does what the words say and returns what there is to print. */
export async function runCommand(
  words: readonly string[],
  control: Control,
  readSecret: ReadSecret,
): Promise<string> {
  const { names, options } = sort(words);
  if (names.length === 0 || names[0] === "help") return usage();
  const [first = "", second = ""] = names;
  const two = commands[`${first} ${second}`];
  const command = two ?? commands[first];
  if (command === undefined) throw new CommandError(`unknown command\n\n${usage()}`);
  refuseUnknown(options, command);
  return await command.run(control, names.slice(two ? 2 : 1), options, readSecret);
}

/** A typo would be ignored, and what it asks for not done; its value may be a secret. */
function refuseUnknown(options: Options, { options: known = [], usage }: Command): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new CommandError(`there is no --${name} in: ${usage}`);
  }
}

/** Options are `--name value` or `--name=value`, anywhere. */
function sort(words: readonly string[]) {
  const names: string[] = [];
  const options: Record<string, string> = {};
  const left = words.values();
  for (const word of left) {
    if (!word.startsWith("--")) {
      names.push(word);
      continue;
    }
    const [name = "", value] = word.slice(2).split(/=(.*)/s, 2);
    options[name] = value ?? left.next().value ?? "";
  }
  return { names, options };
}

function usage(): string {
  const all = Object.values(commands);
  const width = Math.max(...all.map((each) => (each.usage.length < 45 ? each.usage.length : 0)));
  return ["tollgate …", ...all.map((each) => `  ${each.usage.padEnd(width)}  ${each.about}`)].join(
    "\n",
  );
}
