import { randomUUIDv7 } from "node:crypto";

/** Ordered by time to the millisecond, so that a list by id is a list by age. */
export function newId(): string {
  return randomUUIDv7();
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What is no UUID is the id of nothing: it must not reach PostgreSQL, which would complain. */
export function isId(text: string): boolean {
  return uuid.test(text);
}
