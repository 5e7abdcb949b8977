/** The one endpoint of a cluster. */
export function endpoint(name: string, address: string, port: number): Record<string, unknown> {
  const socket = { socket_address: { address, port_value: port } };
  return { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: socket } }] }] };
}

/** `host:port` in its parts. */
export function split(address: string): [host: string, port: number] {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), Number(address.slice(colon + 1))];
}
