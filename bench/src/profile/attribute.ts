import type { CallNode, CpuProfile } from "../machine/inspector.ts";

/** Time by the part of the gateway that spends it, and by whose code it is spent in. */
export type Costs = {
  /** Microseconds by the innermost file of ours on the stack. */
  readonly bySource: ReadonlyMap<string, Spent>;
  /** Microseconds by the module whose code was running. */
  readonly byModule: ReadonlyMap<string, number>;
  readonly busyMicros: number;
};

/** In the file's own code, and in what that called. */
export type Spent = { own: number; called: number };

/** Each sample counts for the file of ours that asked for it: a step with the libraries it calls. */
export function attribute(profile: CpuProfile): Costs {
  const parents = new Map<number, CallNode>();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  for (const node of profile.nodes) for (const id of node.children ?? []) parents.set(id, node);
  const bySource = new Map<string, Spent>();
  const byModule = new Map<string, number>();
  let busyMicros = 0;

  profile.samples.forEach((id, index) => {
    const node = nodes.get(id);
    const micros = profile.timeDeltas[index] ?? 0;
    if (node === undefined || node.callFrame.functionName === "(idle)") return;
    busyMicros += micros;
    const module = moduleOf(node);
    byModule.set(module, (byModule.get(module) ?? 0) + micros);
    const source = askedBy(node, parents);
    const spent = bySource.get(source) ?? { own: 0, called: 0 };
    spent[ourFile(node) === source ? "own" : "called"] += micros;
    bySource.set(source, spent);
  });
  return { bySource, byModule, busyMicros };
}

function askedBy(node: CallNode, parents: ReadonlyMap<number, CallNode>): string {
  let outermost = node;
  for (let at: CallNode | undefined = node; at !== undefined; at = parents.get(at.id)) {
    const file = ourFile(at);
    if (file !== undefined) return file;
    if (at.callFrame.functionName !== "(root)") outermost = at;
  }
  const { functionName, url } = outermost.callFrame;
  return url === "" ? functionName : `${url} ${functionName}`;
}

function ourFile({ callFrame: { url } }: CallNode): string | undefined {
  return /\/((?:services\/(?:gateway|issuer)|shared)\/src\/.*\.ts)$/.exec(url)?.[1];
}

/** A package, a module of Node's, the file of ours, or what V8 and libuv do by themselves. */
function moduleOf(node: CallNode): string {
  const { url, functionName } = node.callFrame;
  const dependency = /\/node_modules\/(?!.*\/node_modules\/)((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (dependency !== undefined) return dependency;
  const file = ourFile(node);
  if (file !== undefined) return file;
  if (url.startsWith("wasm:")) return "undici (parser)";
  if (url !== "") return url;
  return functionName.startsWith("(") ? functionName : `native: ${functionName}`;
}
