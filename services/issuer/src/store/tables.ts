import type { ColumnType, Generated } from "kysely";

/** The driver hands bigint over as text: a number may not hold it. Ours it does. */
type BigInteger = ColumnType<string, number, number>;

export type Tables = {
  signing_keys: {
    kid: string;
    algorithm: string;
    state: string;
    public_jwk: string;
    wrapped_by: string | null;
    wrapped_private_jwk: Buffer | null;
    created_at: Generated<Date>;
    activated_at: Date | null;
    retired_at: Date | null;
  };
  engine_records: {
    model: string;
    id_hash: string;
    payload: string;
    uid: string | null;
    grant_id: string | null;
    account_id: string | null;
    uses: Generated<number>;
    first_used_at: Date | null;
    expires_at: Date;
  };
  used_once: { key: string; expires_at: Date };
  versions: { name: string; version: BigInteger; stamp: string };
  revocations: {
    kind: string;
    value: string;
    seq: BigInteger;
    stamp: string;
    not_before: BigInteger;
    expires_at: BigInteger;
  };
  audit_events: {
    audit_id: string;
    at: Date;
    event: string;
    client_id: string | null;
    sub: string | null;
    jti: string | null;
    kid: string | null;
    ip: string | null;
    request_id: string | null;
    details: ColumnType<Record<string, unknown>, string, never>;
  };
  attempts: {
    key: string;
    followed: boolean;
    failures: number;
    rests_until: BigInteger;
    expires_at: BigInteger;
  };
  known_addresses: { key: string; expires_at: Date };
  users: {
    sub: string;
    definition: ColumnType<Record<string, unknown> | null, string | null, string | null>;
    enabled: boolean;
    changed_at: Generated<Date>;
  };
  clients: {
    client_id: string;
    definition: ColumnType<Record<string, unknown> | null, string | null, string | null>;
    enabled: boolean;
    changed_at: Generated<Date>;
  };
  consents: {
    sub: string;
    client_id: string;
    resource: string;
    scope: string;
    given_at: Generated<Date>;
  };
};
