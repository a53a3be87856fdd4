import type { Party } from "./party.ts";

/** A tenant's own data and habits. */
export type Settings = {
  legal_name: string;
  address: string;
  tax_id: string | null;
  timezone: string;
  currency: string;
  number_prefix: string;
  payment_terms_days: number;
  locale: string;
  /** 0 until they are first written. */
  version: number;
};

/** What holds for a tenant that has not said anything yet. */
export const defaultSettings: Settings = {
  legal_name: "",
  address: "",
  tax_id: null,
  timezone: "UTC",
  currency: "EUR",
  number_prefix: "INV-",
  payment_terms_days: 30,
  locale: "en",
  version: 0,
};

/** The seller as an invoice freezes it. */
export function sellerOf({ legal_name, address, tax_id, timezone, locale }: Settings): Party {
  return { name: legal_name, address, tax_id, timezone, locale };
}

/** Credit notes are numbered apart; no invoice's series may be called like theirs. */
export const creditNoteSeries = "CN-";
