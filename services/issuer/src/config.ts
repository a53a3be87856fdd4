import { ConfigError, type Env, readConfig, readTogether } from "@tollgate/shared/config";
import {
  readAppUrl,
  readMigrateSettings,
  readSecret as secret,
} from "@tollgate/shared/postgres/database-settings";
import { readIssuerFile } from "./issuer-file.ts";
import { parseWrappingKeys } from "./keys/wrapping-keys.ts";
import { longestTokenSeconds } from "./resources/resource.ts";

export type IssuerConfig = ReturnType<typeof loadConfig>;

/** Every variable of the issuer, and the file of its clients and resources; all faults at once. */
export function loadConfig(env: Env) {
  const { settings, registry } = readTogether({
    settings: () => readSettings(env),
    registry: () =>
      readIssuerFile(
        env.ISSUER_CONFIG || "config/issuer.yaml",
        env,
        env.ISSUER_URL || defaultIssuer,
      ),
  });
  return { ...settings, registry };
}

function readSettings(env: Env) {
  const { issuer, wrappingKeys, cookieKeys, ...settings } = readConfig(env, (read) => ({
    issuer: read.issuer("ISSUER_URL", { example: "https://id.example.com" }, defaultIssuer),
    host: read.host("ISSUER_HOST"),
    port: read.integer("ISSUER_PORT", ports, 8080),
    adminPort: read.integer("ISSUER_ADMIN_PORT", ports, 9090),
    controlPort: read.integer("ISSUER_CONTROL_PORT", ports, 9091),
    drainMs: read.integer("ISSUER_DRAIN_MS", { min: 0, max: 600_000 }, 25_000),
    keyTiming: {
      rotateAfterMs:
        read.integer("ISSUER_KEY_ROTATION_HOURS", { min: 1, max: 8_760 }, 720) * 3_600_000,
      publishMs: read.integer("ISSUER_KEY_PUBLISH_SECONDS", { min: 0, max: 86_400 }, 900) * 1_000,
      keepMs: keepKeysMs,
    },
    databaseUrl: readAppUrl("issuer", read),
    wrappingKeys: secret(read, "ISSUER_WRAPPING_KEY_FILE", "issuer/wrapping_key"),
    cookieKeys: secret(read, "ISSUER_COOKIE_KEYS_FILE", "issuer/cookie_keys"),
  }));
  const parsed = readTogether({
    issuer: () => asOrigin(issuer),
    cookieKeys: () => strong("ISSUER_COOKIE_KEYS_FILE", lines(cookieKeys)),
    wrappingKeys: () => parseWrappingKeys("ISSUER_WRAPPING_KEY_FILE", lines(wrappingKeys)),
  });
  return { ...settings, ...parsed };
}

/** What the one-shot migrate job needs: the owner role, and a superuser unless that is "none". */
export function loadMigrateConfig(env: Env) {
  return readMigrateSettings("issuer", env);
}

/** The longest life of a token, what the JWKS may be cached for, and a minute for clocks. */
const keepKeysMs = (longestTokenSeconds + 300 + 60) * 1_000;

const defaultIssuer = "http://localhost:9001";

const ports = { min: 0, max: 65_535 };

function lines(text: string | undefined): string[] {
  return (text ?? "").split(/\s+/).filter(Boolean);
}

/**
 * The issuer's paths are fixed, so that its identifier is an origin; and tokens do not travel in clear
 * but on one's own machine (RFC 8414 section 2 wants https of everybody).
 */
function asOrigin(issuer: string): string {
  const { origin, protocol, hostname } = new URL(issuer);
  if (origin !== issuer || hostname.includes("*")) {
    throw new ConfigError([`ISSUER_URL is "${issuer}": it must be an origin, like ${origin}`]);
  }
  if (protocol === "https:" || isLoopback(hostname)) return issuer;
  const secure = origin.replace("http:", "https:");
  throw new ConfigError([
    `ISSUER_URL is "${issuer}": plain http is for localhost alone, others need https, like ${secure}`,
  ]);
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** What signs cookies and forms must not be guessed: setup makes 256 random bits. */
function strong(name: string, keys: readonly string[]): string[] {
  if (keys.length > 0 && keys.every(({ length }) => length >= 43)) return [...keys];
  throw new ConfigError([`${name} must hold one base64url key of 32 bytes a line`]);
}
