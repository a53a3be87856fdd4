import { styleText } from "node:util";
import { type Answer, errorOf } from "./gateway.ts";

type Style = Parameters<typeof styleText>[0];

/** What the demo prints. Colours follow the terminal: none in a pipe, unless FORCE_COLOR is set. */
export type Page = ReturnType<typeof createPage>;

export function createPage(output: NodeJS.WriteStream) {
  let chapters = 0;
  const paint = (style: Style, text: string) => styleText(style, text, { stream: output });
  const write = (text = "") => void output.write(`${text}\n`);

  function exchange({ status, method, path }: Answer, remark: string, code = "") {
    const outcome = paint(status < 400 ? "green" : "red", `${status} ${code}`.trim());
    write(`   ${method.padEnd(4)} ${path}  ${outcome}  ${paint("dim", remark)}`.trimEnd());
  }
  const note = (text: string) => write(`   ${paint("dim", text)}`);

  return {
    exchange,

    title: (text: string) => write(paint("bold", text)),

    chapter(text: string) {
      chapters += 1;
      write(`\n${paint(["bold", "cyan"], `${chapters}. ${text}`)}`);
    },

    json(value: object) {
      const text = JSON.stringify(value, null, 2).replace(/^/gm, "   ");
      write(text.replace(/"([^"]+)":/g, (_match, name: string) => `${paint("yellow", name)}:`));
    },

    refusal(what: string, answer: Answer) {
      write(`\n   ${paint("bold", what)}`);
      exchange(answer, "", errorOf(answer.body));
      note(String(answer.body.title ?? ""));
      const challenge = answer.headers.get("www-authenticate");
      if (challenge) note(`WWW-Authenticate: ${challenge}`);
    },

    done: (text: string) => write(`\n${paint("green", text)}\n`),
  };
}
