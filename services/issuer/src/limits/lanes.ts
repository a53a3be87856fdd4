import type { Lane } from "./attempts.ts";

const minute = 60_000;
const usual = { firstMs: 1_000, longestMs: 15 * minute, forgetMs: 15 * minute };

/** A client at one address: a stranger's failures do not lock it out at its own. */
export const clientLane: Lane = { ...usual, name: "client", free: 5, followed: true };

/** An address with whatever clients. */
export const clientAddressLane: Lane = {
  ...usual,
  name: "client_address",
  free: 50,
  followed: true,
};

/** A username at one address. */
export const loginLane: Lane = { ...usual, name: "login", free: 5, forgetMs: 60 * minute };

/** An address with whatever usernames. */
export const loginAddressLane: Lane = { ...usual, name: "login_address", free: 50 };

/**
 * A username at all addresses that it has not logged in at of late: many addresses guess no faster
 * than this. The owner at a usual address is not in this lane, and at a new one waits for minutes.
 */
export const accountLane: Lane = {
  name: "account",
  free: 20,
  firstMs: 1_000,
  longestMs: 5 * minute,
  forgetMs: 24 * 60 * minute,
};
