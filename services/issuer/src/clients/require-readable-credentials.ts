import type { Middleware } from "koa";
import { problem } from "../problems.ts";

/**
 * RFC 6749 section 5.2: a client that tried to authenticate by the Authorization header and failed
 * gets 401, also when the header makes no sense. Leaves the claimed `clientId`, for the audit.
 */
export function requireReadableCredentials(issuer: string): Middleware {
  const challenge = `Basic realm="${issuer}", error="invalid_client"`;

  return async function requireReadableCredentials(ctx, next) {
    const header = ctx.req.headers.authorization;
    if (header === undefined) return await next();
    const clientId = isSentOnce(ctx.req.rawHeaders) ? claimedClient(header) : undefined;
    if (clientId === undefined) {
      const detail = "the Authorization header is not one of HTTP Basic";
      throw problem("invalid_client", { detail, headers: { "www-authenticate": challenge } });
    }
    ctx.state.clientId = clientId;
    await next();
  };
}

/** Node shows the first of several, and so hides that there were more. */
function isSentOnce(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === "authorization") count += 1;
  }
  return count === 1;
}

const basic = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;
const printable = /^[\x20-\x7E]+$/;

/** The client of `Basic base64(form-encoded id:form-encoded secret)`, if it is that (section 2.3.1). */
function claimedClient(header: string): string | undefined {
  const encoded = basic.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, "base64");
  if (credentials.toString("base64") !== padded(encoded)) return undefined;
  const [id, secret] = halves(credentials.toString("utf8")).map(formDecoded);
  return secret === undefined ? undefined : id;
}

function padded(base64: string): string {
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
}

function halves(credentials: string): string[] {
  const colon = credentials.indexOf(":");
  return colon < 0 ? [] : [credentials.slice(0, colon), credentials.slice(colon + 1)];
}

function formDecoded(text: string): string | undefined {
  const decoded = /[%+]/.test(text) ? percentDecoded(text.replaceAll("+", " ")) : text;
  return decoded !== undefined && printable.test(decoded) ? decoded : undefined;
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
