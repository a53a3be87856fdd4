/**
 * Preloaded into every service: however the process that started it ends, and be it SIGKILL, the
 * channel between them closes, and the service drains and leaves as if it were told to.
 */
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref(); // the channel alone is no reason to go on
