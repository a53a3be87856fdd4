import { expect, test } from "@jest/globals";
import { createAddressBook, type Resolve } from "../../src/upstream/address-book.ts";

function bookOf(origins: string[], resolve: Resolve) {
  let time = 0;
  let answers = 0;
  const asked: string[] = [];
  const book = createAddressBook({
    origins,
    now: () => time,
    onAnswer: () => {
      answers += 1;
    },
    resolve: (hostname) => {
      asked.push(hostname);
      return resolve(hostname);
    },
    timeoutMs: 50,
  });
  const pass = (ms: number) => {
    time += ms;
  };
  return {
    book,
    asked,
    pass,
    answers: () => answers,
    addresses: () => book.known().map(({ address }) => address),
  };
}

test("addresses and localhost are known at once and never asked for", () => {
  const origins = ["http://10.0.0.1:8080", "http://[fd00::1]:8080", "http://localhost:8080"];
  const { book, asked, addresses } = bookOf(origins, async () => []);

  expect(book.refresh()).toBeUndefined();
  expect(addresses()).toEqual(["10.0.0.1", "fd00::1", "localhost"]);
  expect(asked).toEqual([]);
});

test("a name is asked for once for all who wait, and again when its answer is old", async () => {
  let replicas = ["10.0.0.1", "10.0.0.2", "10.0.0.2"];
  const { book, asked, addresses, pass } = bookOf(["http://billing:8080"], async () => replicas);

  await Promise.all([book.refresh(), book.refresh(), book.refresh()]);
  expect(asked).toEqual(["billing"]);
  expect(addresses()).toEqual(["10.0.0.1", "10.0.0.2"]);

  replicas = ["10.0.0.3"];
  expect(book.refresh()).toBeUndefined();
  pass(5_000);
  await book.refresh();
  expect(addresses()).toEqual(["10.0.0.3"]);
});

test.each([
  ["fails", () => Promise.reject(new Error("SERVFAIL"))],
  ["answers with nothing", () => Promise.resolve([])],
  ["hangs", () => new Promise<string[]>(() => {})],
])("a name server that %s takes no known address away", async (_how, broken: Resolve) => {
  let resolve: Resolve = async () => ["10.0.0.1"];
  const { book, addresses, pass } = bookOf(["http://billing:8080"], (name) => resolve(name));
  await book.refresh();

  resolve = broken;
  pass(5_000);
  await book.refresh();

  expect(addresses()).toEqual(["10.0.0.1"]);
});

test("a name that fails does not keep the others from moving", async () => {
  const { book, addresses } = bookOf(["http://gone:8080", "http://billing:8080"], async (name) => {
    if (name === "gone") throw new Error("ENOTFOUND");
    return ["10.0.0.1"];
  });

  await book.refresh();

  expect(addresses()).toEqual(["10.0.0.1"]);
  expect(book.failure).toEqual(new Error("ENOTFOUND"));
});

test("after a failure it is asked again soon, but not by every request", async () => {
  const { book, asked, pass } = bookOf(["http://billing:8080"], async () => {
    throw new Error("ENOTFOUND");
  });
  await book.refresh();

  expect(book.refresh()).toBeUndefined();
  pass(1_000);
  await book.refresh();

  expect(asked).toEqual(["billing", "billing"]);
});

test("a question that hangs is not asked twice, and its late answer still counts", async () => {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const { book, asked, addresses, pass, answers } = bookOf(["http://billing:8080"], () => promise);
  await book.refresh();
  pass(5_000);
  await book.refresh();
  expect(asked).toEqual(["billing"]);
  expect(answers()).toBe(0);

  resolve(["10.0.0.1"]);
  await promise;
  await new Promise(setImmediate);

  expect(answers()).toBe(1);
  expect(addresses()).toEqual(["10.0.0.1"]);
});
