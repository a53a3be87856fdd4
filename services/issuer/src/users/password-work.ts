import { hashPassword, isPasswordOf, type PasswordHash } from "@tollgate/shared/password-hash";
import { limitConcurrency } from "../limits/limit-concurrency.ts";

export type PasswordWork = {
  isPasswordOf: typeof isPasswordOf;
  hashPassword: (password: string) => Promise<PasswordHash>;
};

/** Two hashes at once take 256 MiB, and half of the threads that sign tokens as well. */
const atOnce = 2;
const waitingAtMost = 32;

/** Throws `dependency_unavailable` when more is asked for than that. */
export function createPasswordWork(): PasswordWork {
  const limited = limitConcurrency(atOnce, waitingAtMost);
  return {
    isPasswordOf: (password, hash) => limited(() => isPasswordOf(password, hash)),
    hashPassword: (password) => limited(() => hashPassword(password)),
  };
}
