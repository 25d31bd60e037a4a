// One consumer on a real queue, with its real channel and runner, whose every state is written down.
import type { Broker, ChannelRequest } from '@acktor/core/engine';
import { defaultTextLimits, GuardedLog } from '@acktor/core/internal';
import { consumerMachine, type AnyHandlerClass } from '@acktor/worker';
import { container } from 'tsyringe';
import { createActor, type Actor } from 'xstate';
import { stateOf } from '../charts/driven.js';
import { Heard } from '../signals/heard.js';
import { LogRecorder } from '../signals/log-recorder.js';
import {
  Channel,
  channelLogic,
  handlersByQueue,
  HandlerScopes,
  Quarantine,
  runnerLogic,
  systemClock,
  WorkerEvents,
} from '../worker-inside/inside.js';

export class LiveConsumer {
  readonly states = new Heard<string>();
  readonly log = new LogRecorder();
  readonly channel: Channel;
  readonly actor: Actor<typeof consumerMachine>;
  readonly #stopListening: () => void;

  constructor(broker: Broker, handler: AnyHandlerClass) {
    const log = new GuardedLog(this.log);
    const parts = {
      queue: broker.workQueue('notes'),
      process: 'here',
      consumers: 1,
      leaseMs: 1_000,
      letGoMs: 50,
      onStuck: () => undefined,
      longestWaitMs: 5_000,
      onActivity: () => undefined,
      quarantine: new Quarantine(),
      poisonLimit: 3,
      unknown: 'deadLetter' as const,
      mostTimesLeft: Infinity,
      events: new WorkerEvents(log),
      reportEnds: (requests: readonly ChannelRequest[]) => requests,
      clock: systemClock,
      log,
      scopes: new HandlerScopes(container, { clock: systemClock, log }),
      limits: { ...defaultTextLimits, maxPayloadBytes: 1_000, maxPayloadDepth: 10 },
      handlers: handlersByQueue([handler]).get('notes') ?? new Map(),
    };
    this.channel = new Channel(parts);
    const channel = createActor(channelLogic, { input: { channel: this.channel } }).start();
    const machine = consumerMachine.provide({ actors: { runner: runnerLogic(parts) } });
    this.#stopListening = broker.onConnection((state) => this.channel.recovery[state]());
    this.actor = createActor(machine, {
      input: { channel },
      inspect: (event) => {
        if (event.type !== '@xstate.snapshot' || event.actorRef !== this.actor) return;
        if ('value' in event.snapshot) this.states.push(stateOf(event.snapshot));
      },
    });
    this.states.push(stateOf(this.actor.getSnapshot()));
    this.actor.start();
  }

  /** Does something, and resolves when the consumer has come to the state since. */
  async comesTo(state: string, after: () => unknown): Promise<void> {
    const seen = this.states.all.length;
    await after();
    await this.states.first((heard) => heard === state && this.states.all.lastIndexOf(state) >= seen);
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.channel.close();
  }
}
