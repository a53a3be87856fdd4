import type { Control } from "./call-control.ts";

export type Options = Readonly<Record<string, string>>;

/** One thing that `tollgate` can do. */
export type Command = {
  readonly usage: string;
  readonly about: string;
  /** The names of what it takes as `--name value`; none unless they are named here. */
  readonly options?: readonly string[];
  run(
    control: Control,
    names: readonly string[],
    options: Options,
    readSecret: ReadSecret,
  ): Promise<string>;
};

/** One line of standard input: what must be in no argument, where other processes could read it. */
export type ReadSecret = () => Promise<string>;
