import { addressBlock } from "@tollgate/shared/http/address-block";
import { hashPassword, isPasswordOf, type PasswordHash } from "@tollgate/shared/password-hash";
import { limitConcurrency } from "../limits/limit-concurrency.ts";

export type PasswordWork = {
  isPasswordOf(password: string, hash: PasswordHash, ip: string): Promise<boolean>;
  /** For an operator. */
  hashPassword(password: string): Promise<PasswordHash>;
};

/** Two hashes at once take 256 MiB, and half of the threads that sign tokens as well. */
const limits = { atOnce: 2, waitingAtMost: 32, waitingOfOne: 8 };

/** Throws `dependency_unavailable` when more is asked for than that. */
export function createPasswordWork(): PasswordWork {
  const limited = limitConcurrency(limits);
  return {
    isPasswordOf: (password, hash, ip) =>
      limited(addressBlock(ip), () => isPasswordOf(password, hash)),
    hashPassword: (password) => limited("operator", () => hashPassword(password)),
  };
}
