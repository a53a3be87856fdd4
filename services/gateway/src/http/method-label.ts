const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A method as metrics and logs name it: OpenTelemetry's `_OTHER` for what nobody can choose freely. */
export function methodLabel(method: string | undefined): string {
  return method !== undefined && methods.has(method) ? method : "_OTHER";
}
