// What nearly every scenario begins with: a server, a sender and a view of the queue, none of them behind a proxy.
import type { PrivateServer } from '@acktor/core';
import type { ServerSettings } from '@acktor/core/broker';
import type { QueueView } from './queue-view.js';
import type { Sender } from './sender.js';
import type { Trial } from './trial.js';

export interface Stage {
  readonly server: PrivateServer;
  readonly sender: Sender;
  readonly view: QueueView;
}

export async function setStage(trial: Trial, settings: ServerSettings = {}): Promise<Stage> {
  const server = await trial.server({ settings });
  // What the server promises is the scenario's business.
  const sender = await trial.sender({ redis: server.url, durability: 'off' });
  return { server, sender, view: await trial.view(server) };
}
