/** A quantity as its API form: plain decimal digits, up to three behind the point. */
export const quantityPattern = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,3})?$/;

/** Thousandths of a quantity, exactly: "1.5" is 1500n. */
export function thousandths(quantity: string): bigint {
  const [whole = "", fraction = ""] = quantity.split(".");
  return BigInt(whole) * 1_000n + BigInt(fraction.padEnd(3, "0"));
}

/** One spelling for each quantity: "1.500" and "1.5" are both "1.5". */
export function canonicalQuantity(quantity: string): string {
  return quantity.includes(".") ? quantity.replace(/\.?0+$/, "") : quantity;
}
