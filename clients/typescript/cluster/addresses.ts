import { lookup } from 'node:dns/promises';
import { endpoint } from '../address.ts';
import { ConnectError } from '../call-errors.ts';

/** A server that a client may connect to. */
export interface Address {
  /** As `endpoint` writes it. */
  readonly url: string;
  /** IP address, if the name of the URL stands for several servers. */
  readonly hostAddress?: string;
  /** For people, and to tell servers apart. */
  readonly label: string;
}

/** All IP addresses of a name. */
export type Resolve = (name: string) => Promise<readonly string[]>;

const DNS = /^dns\+/;

/** What the machine's resolver says. */
export const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

/** Whether any of these names servers by DNS, so that they may change. */
export function areNames(urls: readonly string[]): boolean {
  return urls.some((url) => DNS.test(url));
}

/**
 * The servers behind URLs. `dns+ws://name:port` (also `dns+wss`, `dns+http`, `dns+https`) means a server at each address of the
 * name, as a headless service of Kubernetes or `tasks.<service>` of Docker Swarm has them.
 * @throws {ConnectError} not an address, or a name that cannot be resolved
 */
export async function addressesOf(urls: readonly string[], resolve: Resolve): Promise<Address[]> {
  const found = await Promise.all(urls.map((url) => (DNS.test(url) ? ofName(url, resolve) : [ofUrl(url)])));
  // The same server may be named twice.
  return [...new Map(found.flat().map((address) => [address.label, address])).values()];
}

function ofUrl(text: string): Address {
  const url = endpoint(text);
  return { url, label: url };
}

async function ofName(text: string, resolve: Resolve): Promise<Address[]> {
  const url = endpoint(text.replace(DNS, ''));
  const name = new URL(url).hostname;
  let addresses: readonly string[];
  try {
    addresses = await resolve(name);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectError(`the name of ${text} cannot be resolved: ${why}`, { cause });
  }
  return addresses.map((hostAddress) => ({ url, hostAddress, label: `${url} at ${hostAddress}` }));
}
