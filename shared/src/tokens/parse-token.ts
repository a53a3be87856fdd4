import { tokenProblem } from "./token-problems.ts";

export type TokenHeader = { alg: string; kid?: string; typ?: string; crit?: unknown };
export type TokenClaims = Readonly<Record<string, unknown>>;

/** A compact JWS taken apart. Nothing in it is proven yet. */
export type ParsedToken = {
  header: TokenHeader;
  claims: TokenClaims;
  /** What the signature covers: the first two segments as they came. */
  signingInput: string;
  signature: Buffer;
};

/** Longer than any token we mint by far, short enough that a header can carry it. */
const maxTokenLength = 8_192;
const maxKidLength = 256;
const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Takes a compact JWS (RFC 7515 section 7.1) apart, or throws `token_malformed`. */
export function parseToken(token: string): ParsedToken {
  if (token.length > maxTokenLength) throw malformed("It is longer than 8192 characters");
  if (!compactJws.test(token)) throw malformed("It is not three base64url segments");
  const [header = "", payload = "", signature = ""] = token.split(".");
  return {
    header: checkedHeader(decode(header, "header")),
    claims: decode(payload, "payload"),
    signingInput: token.slice(0, token.lastIndexOf(".")),
    signature: decodeSegment(signature, "signature"),
  };
}

function checkedHeader(header: Record<string, unknown>): TokenHeader {
  const { alg, kid, typ } = header;
  if (typeof alg !== "string") throw malformed('Its header has no "alg"');
  if (kid !== undefined && (typeof kid !== "string" || kid.length > maxKidLength)) {
    throw malformed('Its "kid" is not a short string');
  }
  if (typ !== undefined && typeof typ !== "string") throw malformed('Its "typ" is not a string');
  // An own property only: JSON.parse can make one called "__proto__", which is simply not read.
  return {
    alg,
    ...(kid === undefined ? {} : { kid }),
    ...(typ === undefined ? {} : { typ }),
    ...(Object.hasOwn(header, "crit") ? { crit: header.crit } : {}),
  };
}

// A byte order mark is no JSON (RFC 8259 section 8.1), so it is not passed over either.
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Of a member that is there twice the last one counts (RFC 7519 section 4): JSON.parse does that. */
function decode(segment: string, name: string): Record<string, unknown> {
  const bytes = decodeSegment(segment, name);
  let value: unknown;
  try {
    value = JSON.parse(strictUtf8.decode(bytes));
  } catch {
    throw malformed(`Its ${name} is not JSON`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed(`Its ${name} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

/** Unused bits must be zero: or one token could be written in several ways (RFC 4648 section 3.5). */
function decodeSegment(segment: string, name: string): Buffer {
  const bytes = Buffer.from(segment, "base64url");
  const spare = segment.length % 4;
  if (spare === 1) throw malformed(`Its ${name} is not base64url`);
  if (spare !== 0 && bytes.toString("base64url").at(-1) !== segment.at(-1)) {
    throw malformed(`Its ${name} is not canonical base64url`);
  }
  return bytes;
}

function malformed(detail: string) {
  return tokenProblem("token_malformed", { detail });
}
