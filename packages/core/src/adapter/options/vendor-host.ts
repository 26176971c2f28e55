/**
 * Whether a URL leads to one of `hosts`. A `*` at the beginning stands for any text: `*.api.example.com`. A port makes no
 * difference.
 */
export function isHost(url: string, hosts: readonly string[]): boolean {
  const host = URL.parse(url)?.hostname;
  if (host === undefined) return false;
  return hosts.some((own) => (own.startsWith("*") ? host.endsWith(own.slice(1)) : host === own));
}
