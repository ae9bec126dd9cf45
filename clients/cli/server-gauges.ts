/** The numbers of a server's `/metrics`, by name with labels, e.g. `stepwell_sandboxes{state="ready"}`. */
export async function readGauges(
  address: string,
  token: string | undefined,
): Promise<Readonly<Record<string, number>>> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${address}/metrics`, { headers });
  if (!response.ok) throw new Error(`/metrics has status ${response.status}`);
  return gaugesIn(await response.text());
}

/** Lines of Prometheus's text format. Buckets of histograms are left out. */
export function gaugesIn(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^(stepwell_\w+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && !name.includes('_bucket')) found[name] = Number(value);
  }
  return found;
}

/** The HTTP address of a server that is named by a WebSocket's. */
export function httpAddress(url: string): string {
  const address = new URL(url.replace(/^ws/, 'http'));
  return address.origin;
}
