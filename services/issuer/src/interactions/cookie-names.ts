/**
 * Under https a browser sees to it that no other host and no plain http has set these. The session's
 * is for all paths, as `__Host-` demands; those of an interaction are for its own path alone.
 */
export function cookieNames(isSecure: boolean) {
  return {
    session: `${isSecure ? "__Host-" : ""}tollgate_session`,
    interaction: `${isSecure ? "__Secure-" : ""}tollgate_interaction`,
    resume: `${isSecure ? "__Secure-" : ""}tollgate_resume`,
  };
}
