/** A container's health check: exits 0 when the admin port on loopback says that it is ready. */
const response = await fetch(`http://127.0.0.1:${process.argv[2] ?? "9090"}/readyz`, {
  signal: AbortSignal.timeout(3_000),
}).catch(() => undefined);

process.stdout.write(response === undefined ? "no answer\n" : await response.text());
process.exit(response?.status === 200 ? 0 : 1);
