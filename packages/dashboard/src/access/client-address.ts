// Who is counted as one: the address that a request comes from, as far as it can be believed.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP, isIPv6 } from 'node:net';

/** What is looked at of a request. */
export interface Sender {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: IncomingHttpHeaders;
}

/**
 * The address of whoever sent a request, as a key to count by.
 *
 * @param trustProxy how many proxies of the operator's own stand in front. Each adds to `X-Forwarded-For` where it was asked
 * from, so the entry that the outermost has written is as far from the end; what stands before it is anybody's word.
 */
export function clientAddress({ socket, headers }: Sender, trustProxy: number): string {
  const own = socket.remoteAddress ?? '';
  const said = trustProxy === 0 ? [] : String(headers['x-forwarded-for'] ?? '').split(',');
  const outermost = said.at(-trustProxy)?.trim() ?? '';
  return addressKey(isIP(outermost) === 0 ? own : outermost);
}

/** An IPv4 address; of an IPv6 one the first half, for whoever has one has all of the other half. */
export function addressKey(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  if (!isIPv6(address)) return address === '' ? 'nowhere' : address;
  const [head = '', tail] = address.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0');
  return `${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
