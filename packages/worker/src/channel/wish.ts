// What a channel remembers of each request while it is on its way.
import type { ChannelReply, ChannelRequest, LeasedJob, Settling } from '@acktor/core/engine';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';

/** A request of a consumer, or of the channel itself when it settles what nobody holds. */
export interface Wish {
  readonly consumer: ConsumerRef | undefined;
  readonly settle: Settling | undefined;
  /** The lease token under which a delivery is wanted, if one is. */
  readonly leaseToken: string | undefined;
}

/** Why a settlement did not hold, and what was fetched in the same request. */
export interface Refusal extends Pick<ChannelReply, 'settled' | 'error'> {
  readonly next: LeasedJob | undefined;
}

/** The wish as the broker takes it. */
export function toRequest({ settle, leaseToken }: Wish): ChannelRequest {
  if (settle === undefined) return leaseToken === undefined ? {} : { fetch: leaseToken };
  return leaseToken === undefined ? { settle } : { settle, fetch: leaseToken };
}

/** For a wish that the server's answer leaves out. */
export const NO_REPLY: ChannelReply = { settled: undefined, fetched: undefined, error: undefined };
