const integer = 0x02;
const sequence = 0x30;
const half = 32;

/**
 * A P-256 signature as OpenSSL takes it: JWS has r and s side by side (RFC 7518 section 3.4), X.509 a
 * DER sequence of two integers (RFC 3279 section 2.2.3), each in its shortest form and never negative.
 */
export function toDer(signature: Buffer): Buffer {
  const r = integerAt(signature, 0);
  const s = integerAt(signature, half);
  const der = Buffer.allocUnsafe(6 + r.length + s.length);
  der[0] = sequence;
  der[1] = 4 + r.length + s.length;
  const end = write(der, 2, signature, r);
  write(der, end, signature, s);
  return der;
}

/** The other way round: what OpenSSL made, as JWS has it. */
export function fromDer(der: Buffer): Buffer {
  const signature = Buffer.alloc(2 * half);
  const lengthOfR = der[3] as number;
  copyRight(der, 4, lengthOfR, signature, half);
  copyRight(der, 6 + lengthOfR, der[5 + lengthOfR] as number, signature, 2 * half);
  return signature;
}

/** An integer without its sign's zero byte, so that it ends at `end`. */
function copyRight(der: Buffer, at: number, length: number, signature: Buffer, end: number): void {
  const significant = Math.min(length, half);
  der.copy(signature, end - significant, at + length - significant, at + length);
}

/** Where a half's significant bytes begin and end, and how long they are with a sign's zero byte. */
type Integer = { start: number; end: number; length: number };

function integerAt(signature: Buffer, from: number): Integer {
  const end = from + half;
  let start = from;
  while (start < end - 1 && signature[start] === 0) start += 1;
  const isNegative = (signature[start] as number) >= 0x80;
  return { start, end, length: end - start + (isNegative ? 1 : 0) };
}

function write(
  der: Buffer,
  at: number,
  signature: Buffer,
  { start, end, length }: Integer,
): number {
  der[at] = integer;
  der[at + 1] = length;
  der[at + 2] = 0;
  const next = at + 2 + length;
  signature.copy(der, next - (end - start), start, end);
  return next;
}
