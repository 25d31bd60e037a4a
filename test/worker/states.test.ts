import { PrivateServer } from '@acktor/core/server';
import { connectBroker } from '@acktor/core/internal';
import { consumerMachine, reject, type Delivery } from '@acktor/worker';
import { expect } from 'chai';
import { TestQueue } from '../broker/test-queue.js';
import { leafStates } from '../charts/driven.js';
import { handlerOf } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions } from '../real-redis/real-redis.js';
import { signal, turn, type Signal } from '../signals/signal.js';
import { LiveConsumer } from './live-consumer.js';

const all = leafStates(consumerMachine);

describe('a consumer on a real Redis', () => {
  it(`reaches every state of its chart: ${all.join(', ')}`, async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    const connected = await connectBroker(brokerOptions({ redis: server.url, namespace: 'states' }));
    const trial = new TestQueue(connected.broker, 'notes');
    const gates = { ack: signal(), reject: signal(), stuck: signal() };
    const consumer = new LiveConsumer(connected.broker, handlerOf(note, behaviours(gates)));
    const send = (text: string) => trial.send({ id: text, name: 'note', payload: JSON.stringify({ text }) });

    await consumer.comesTo('processing.handling', () => send('cancel'));
    await consumer.comesTo('idle', () => consumer.channel.cancel({ jobId: 'cancel', why: 'to see it let go' }));

    await consumer.comesTo('processing.handling', () => send('stuck'));
    await consumer.comesTo('processing.abandoned', () =>
      consumer.channel.cancel({ jobId: 'stuck', why: 'to see it stuck' }),
    );
    await consumer.comesTo('idle', () => gates.stuck.give());

    await consumer.comesTo('processing.handling', () => send('lose'));
    using client = await plainRedis(server.url);
    const steal = () => client.set('states:notes:lose:lock', 'somebody-else|1', 'PX', 5_000);
    await consumer.comesTo('processing.lost', steal);
    await consumer.states.first((state) => state === 'idle');

    for (const end of ['ack', 'reject'] as const) {
      await consumer.comesTo('processing.handling', () => send(end));
      server.pause();
      await consumer.comesTo(`${end}ing.settling`, () => gates[end].give());
      await turn();
      await consumer.comesTo(`${end}ing.retrying`, () => server.kill());
      await consumer.comesTo('idle', () => server.restart());
    }

    consumer.actor.send({ type: 'stop.requested' });
    expect(consumer.actor.getSnapshot().status).to.equal('done');
    await consumer.close();
    expect([...new Set(consumer.states.all)]).to.have.members(all);
    expect(await trial.broker.ended('notes', 'ack', AbortSignal.timeout(1_000))).to.include({ kind: 'acked' });
    await connected.close();
  });
});

/** Each job's text says how it behaves. */
function behaviours(gates: Readonly<Record<'ack' | 'reject' | 'stuck', Signal>>) {
  return async ({ data, signal: heard }: Delivery<typeof note>) => {
    if (data.text === 'stuck') {
      await gates.stuck.given;
      return { length: 5 };
    }
    if (data.text === 'ack') {
      await gates.ack.given;
      return { length: 3 };
    }
    if (data.text === 'reject') {
      await gates.reject.given;
      return reject({ deadLetter: 'as told' });
    }
    return untilAborted({ signal: heard });
  };
}
