// The channel as an actor: it is sent messages by its consumers, and answers them with events.
import { fromCallback } from 'xstate';
import type { ChannelMessage } from '../consumer/consumer-protocol.js';
import type { Channel } from './channel.js';

export const channelLogic = fromCallback<ChannelMessage, { readonly channel: Channel }>(({ receive, input }) => {
  receive((message) => input.channel.receive(message));
});
