import type { Middleware } from "koa";
import { problem } from "../problems.ts";

/**
 * RFC 6749 section 5.2: a client that tried to authenticate by the Authorization header and failed
 * gets 401, also when the header makes no sense. Leaves the claimed `clientId`, for the audit.
 */
export function requireReadableCredentials(issuer: string): Middleware {
  const challenge = `Basic realm="${issuer}", error="invalid_client"`;

  return async function requireReadableCredentials(ctx, next) {
    const headers = ctx.req.headersDistinct.authorization;
    if (headers === undefined) return await next();
    const clientId = headers.length === 1 ? claimedClient(headers[0] ?? "") : undefined;
    if (clientId === undefined) {
      const detail = "the Authorization header is not one of HTTP Basic";
      throw problem("invalid_client", { detail, headers: { "www-authenticate": challenge } });
    }
    ctx.state.clientId = clientId;
    await next();
  };
}

const basic = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;
const printable = /^[\x20-\x7E]+$/;

/** The client of `Basic base64(form-encoded id:form-encoded secret)`, if it is that (section 2.3.1). */
function claimedClient(header: string): string | undefined {
  const encoded = basic.exec(header)?.[1];
  if (
    encoded === undefined ||
    Buffer.from(encoded, "base64").toString("base64") !== padded(encoded)
  ) {
    return undefined;
  }
  const [id, secret] = halves(Buffer.from(encoded, "base64").toString("utf8")).map(formDecoded);
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
  try {
    const decoded = decodeURIComponent(text.replaceAll("+", " "));
    return printable.test(decoded) ? decoded : undefined;
  } catch {
    return undefined;
  }
}
