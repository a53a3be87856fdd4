export type ServerArguments = {
  cluster: string;
  port: number;
  settings?: Readonly<Record<string, string>>;
};

/** A server that listens on loopback and nowhere else, not even on a socket file. */
export function serverArguments({ cluster, port, settings = {} }: ServerArguments): string[] {
  const all = { listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  const switches = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", cluster, "-p", String(port), ...switches];
}
