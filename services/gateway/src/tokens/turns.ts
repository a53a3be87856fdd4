type Task = () => void;

/** Tasks that are done a few a turn of the event loop, so that nothing else has to wait for them all. */
export type Turns = {
  /** False when the line is full. */
  take(place: "first" | "last", task: Task): boolean;
  readonly waiting: number;
};

const turnsForFirst = 3;
/** So that their refusals are written together (see end-together.ts); a third of a millisecond of work. */
const perTurn = 3;

/** Those who may go first get three turns of four: the others wait for long, and not for ever. */
export function createTurns(maxWaiting: number): Turns {
  const first: Task[] = [];
  const last: Task[] = [];
  let served = 0;

  function serveNext(): void {
    served += 1;
    const favoured = served % (turnsForFirst + 1) === 0 ? last : first;
    const task = favoured.shift() ?? first.shift() ?? last.shift();
    task?.();
  }

  function serveTurn(): void {
    const count = Math.min(perTurn, first.length + last.length);
    if (first.length + last.length > count) setImmediate(serveTurn);
    for (let served = 0; served < count; served += 1) serveNext();
  }

  return {
    get waiting() {
      return first.length + last.length;
    },
    take(place, task) {
      const line = place === "first" ? first : last;
      if (line.length >= maxWaiting) return false;
      line.push(task);
      if (first.length + last.length === 1) setImmediate(serveTurn);
      return true;
    },
  };
}
