/** What an operator did wrong, or what the issuer refused: said in one line, without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

export type Control = {
  get(path: string): Promise<Record<string, unknown>>;
  post(path: string, input: object): Promise<Record<string, unknown>>;
};

/** The control port of the issuer that runs in this container. */
export function createControlClient(port: string): Control {
  async function call(path: string, init: RequestInit = {}) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init).catch(() => {
      throw new CommandError(`no issuer answers on port ${port} of this host`);
    });
    const body = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new CommandError(String(body.detail ?? body.title));
    return body;
  }

  return {
    get: (path) => call(path),
    post: (path, input) =>
      call(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(input),
      }),
  };
}
