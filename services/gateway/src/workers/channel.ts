/** What one side answers to the other, by name: each takes one value and gives one. */
// biome-ignore lint/suspicious/noExplicitAny: the two sides' own types say what the values are
export type Answers = Record<string, (value: any) => unknown>;

/** Questions and answers between two processes; `Theirs` is what the other side answers. */
export type Channel<Theirs extends Answers> = {
  /** Rejects when the other side fails or is gone. */
  ask<Name extends keyof Theirs & string>(
    name: Name,
    value: Parameters<Theirs[Name]>[0],
  ): Promise<Awaited<ReturnType<Theirs[Name]>>>;
  /** Takes every message that comes from the other side. */
  receive(message: unknown): void;
  close(): void;
};

type Message =
  | { is: "question"; id: number; name: string; value: unknown }
  | { is: "answer"; id: number; value: unknown }
  | { is: "failure"; id: number; reason: string };

type Waiting = { resolve: (value: never) => void; reject: (reason: Error) => void };

export function createChannel<Theirs extends Answers>(
  send: (message: unknown) => void,
  answers: Answers,
): Channel<Theirs> {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let isClosed = false;

  async function answer({ id, name, value }: Extract<Message, { is: "question" }>): Promise<void> {
    let message: Message;
    try {
      message = { is: "answer", id, value: await answers[name]?.(value) };
    } catch (error) {
      message = { is: "failure", id, reason: error instanceof Error ? error.message : "failed" };
    }
    if (!isClosed) send(message);
  }

  function settle(message: Exclude<Message, { is: "question" }>): void {
    const asker = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.is === "failure") asker?.reject(new Error(message.reason));
    else asker?.resolve(message.value as never);
  }

  return {
    ask(name, value) {
      if (isClosed) return Promise.reject(gone());
      asked += 1;
      const id = asked;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        send({ is: "question", id, name, value } satisfies Message);
      });
    },
    receive(received) {
      const message = received as Message;
      if (message.is === "question") void answer(message);
      else settle(message);
    },
    close() {
      isClosed = true;
      for (const { reject } of waiting.values()) reject(gone());
      waiting.clear();
    },
  };
}

function gone(): Error {
  return new Error("the other process is gone");
}
