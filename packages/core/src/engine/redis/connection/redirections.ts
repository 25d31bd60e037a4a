// The answers by which a server says that it is not, or not now, the one to ask. It did nothing.

/**
 * Whether a server's reply sends its client elsewhere or bids it wait for a failover or the move of a slot to end: after each of
 * them the way to the server in charge is looked for anew.
 *
 * `MOVED`, `ASK`, `TRYAGAIN` (part of the keys has moved already), `CLUSTERDOWN` (nobody is in charge), `READONLY` and `MASTERDOWN`
 * (it is a replica now), `UNBLOCKED` (it became one during a wait), `LOADING` (it reads its data).
 */
export function isNotHereNow(reply: string): boolean {
  return /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|READONLY|MASTERDOWN|UNBLOCKED|LOADING)\b/.test(reply);
}
