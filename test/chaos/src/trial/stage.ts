// What nearly every scenario begins with: a server, a sender and a view of the queue, none of them behind a proxy.
import type { PrivateServer, ServerSettings } from '@acktor/core/server';
import type { Survival } from '../checker/ledger.js';
import type { QueueView } from './queue-view.js';
import type { Sender } from './sender.js';
import type { Trial } from './trial.js';

export interface Stage {
  readonly server: PrivateServer;
  readonly sender: Sender;
  readonly view: QueueView;
}

/** @param survives - what the sender's entries survive; those that survive the machine hold the whole trial up, its proxies too. */
export async function setStage(
  trial: Trial,
  settings: ServerSettings = {},
  survives: Survival = 'machine',
): Promise<Stage> {
  const server = await trial.server({ settings });
  // What the server promises is the scenario's business.
  const sender = await trial.sender({ redis: server.url, durability: 'off' }, survives);
  return { server, sender, view: await trial.view(server) };
}
