type Out = Pick<NodeJS.WriteStream, "write" | "isTTY">;

/** Shows how far it is: in place on a terminal, as a line for every tenth elsewhere. */
export function createProgressBar(total: number, out: Out): () => void {
  let done = 0;
  let shown = -1;
  const each = out.isTTY ? 1 : 10;
  return function step() {
    done += 1;
    const percent = Math.floor((done * 100) / total);
    const mark = Math.floor(percent / each);
    if (mark === shown) return;
    shown = mark;
    const full = Math.floor(percent / 4);
    const bar = `[${"█".repeat(full)}${"░".repeat(25 - full)}] ${String(percent).padStart(3)} %`;
    out.write(out.isTTY ? `\r${bar}${done === total ? "\n" : ""}` : `${bar}\n`);
  };
}
