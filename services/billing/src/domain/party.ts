/** Seller or buyer as an invoice names them, frozen when it is finalized. */
export type Party = {
  name: string;
  address: string | null;
  tax_id: string | null;
  email?: string;
  /** Of the seller: in which zone the invoice's dates are meant, and how its document reads. */
  timezone?: string;
  locale?: string;
};
