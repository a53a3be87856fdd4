/** Whom a request acts for, after its token was judged: a tenant's staff, or one end user. */
export type Principal = {
  readonly tenant: string;
  readonly subject: string;
  readonly clientId: string;
  /** `self` is an end user, who reads what is theirs and nothing else. */
  readonly access: "staff" | "self";
  readonly isService: boolean;
};
