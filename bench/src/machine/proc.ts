import { readdirSync, readFileSync } from "node:fs";

const tickMicros = 10_000; // USER_HZ is 100 on every Linux that Node runs on
const pageBytes = 4_096;

/** What a process and its descendants used of the processor so far, those that ended included, in µs. */
export function cpuMicros(pid: number): number {
  return sumOverTree(pid, (each) => statOf(each).ticks * tickMicros);
}

/** Resident memory of a process and its descendants, in bytes. */
export function rssBytes(pid: number): number {
  return sumOverTree(pid, (each) => {
    const [, resident = "0"] = readFileSync(`/proc/${each}/statm`, "utf8").split(" ");
    return Number(resident) * pageBytes;
  });
}

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Time that a core was busy with anything at all, in µs. */
export function coreBusyMicros(core: number): number {
  const line = readFileSync("/proc/stat", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`cpu${core} `));
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (line ?? "")
    .split(" ")
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) * tickMicros;
}

function sumOverTree(root: number, measure: (pid: number) => number): number {
  let sum = 0;
  for (const pid of treeOf(root)) {
    try {
      sum += measure(pid);
    } catch {
      // It ended between two reads.
    }
  }
  return sum;
}

function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      parents.set(pid, statOf(pid).parent);
    } catch {
      // It ended between two reads.
    }
  }
  const tree = [root];
  for (const member of tree) {
    for (const [pid, parent] of parents) if (parent === member) tree.push(pid);
  }
  return tree;
}

/** proc(5): the command is in parentheses and may hold anything, so the fields begin after it. */
function statOf(pid: number): { parent: number; ticks: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // utime and stime, and cutime and cstime of children that were waited for.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), ticks };
}
