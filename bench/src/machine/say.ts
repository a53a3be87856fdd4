/** Results go to standard output, progress to standard error: the first can be kept as it is. */
export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
