// A living consumer between a channel and a runner that only record what they receive.
import { consumerMachine } from '@acktor/worker';
import type { LeasedJob, Settlement } from '@acktor/core/engine';
import { createActor, fromCallback, type Actor } from 'xstate';
import { leasedJob } from '../delivery/leased-job.js';
import { Heard } from '../signals/heard.js';
import type { ChannelMessage, ConsumerEvent, RunnerOrder } from '../worker-inside/inside.js';

export class ConsumerTrial {
  readonly messages = new Heard<ChannelMessage>();
  readonly orders = new Heard<RunnerOrder>();
  readonly actor: Actor<typeof consumerMachine>;
  /** How many runners were started for it. */
  runners = 0;

  constructor() {
    const channel = createActor(
      fromCallback<ChannelMessage>(({ receive }) => receive((message) => this.messages.push(message))),
    ).start();
    const runner = fromCallback<RunnerOrder>(({ receive }) => {
      this.runners += 1;
      receive((order) => this.orders.push(order));
    });
    this.actor = createActor(consumerMachine.provide({ actors: { runner } }), { input: { channel } }).start();
  }

  send(...events: readonly ConsumerEvent[]): void {
    for (const event of events) this.actor.send(event);
  }

  /** Gives it a job to hold, as if it had asked for one. */
  receives(id: string): LeasedJob {
    const delivery = leasedJob({ id, leaseToken: `here|${id}` });
    this.send({ type: 'work.ready' }, { type: 'delivery.received', delivery });
    return delivery;
  }

  /** What it sent to the channel without a request for an answer, by name. */
  get words(): readonly string[] {
    return this.messages.all.map(({ type }) => type);
  }

  /** What it last asked to be settled, and whether it wants the next with it. */
  get lastSettling(): { readonly job: LeasedJob; readonly settlement: Settlement; readonly wantsNext: boolean } {
    const message = this.messages.all.findLast(({ type }) => type === 'delivery.settled');
    if (message?.type !== 'delivery.settled') throw new Error('expected it to settle something');
    return message.request;
  }
}
