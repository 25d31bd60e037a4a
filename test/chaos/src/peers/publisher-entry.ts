// Entry of a process that publishes until it is killed: to an exchange or, in a control, to each of its queues in turn.
import { exchange, job, Producer } from '@acktor/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Takes anything: what is published is judged by where it is. */
const data: StandardSchemaV1<{ n: number }> = {
  '~standard': { version: 1, vendor: 'acktor', validate: (value) => ({ value: value as { n: number } }) },
};

export const PUBLISHED_QUEUES = ['one', 'two', 'three', 'four', 'five'] as const;
export const published = PUBLISHED_QUEUES.map((queue) => job('published', { queue, data }));
export const news = exchange('news', { type: 'fanout', data });

const IN_FLIGHT = 10;

if (process.argv[2] === 'publish') {
  const [, , , redis = '', run = '', isOneByOne] = process.argv;
  process.on('disconnect', () => process.exit(1));
  const producer = await Producer.connect({ redis, durability: 'off' });
  const publish = async (n: number) => {
    const id = `${run}-${n}`;
    if (isOneByOne !== 'oneByOne') return void (await producer.publish(news, '', { n }, { id }));
    for (const each of published) await producer.send(each, { n }, { id });
  };
  process.send?.('ready');
  for (let n = 0; n < 200; n += IN_FLIGHT)
    await Promise.all(Array.from({ length: IN_FLIGHT }, (_, i) => publish(n + i)));
  // Until it is killed.
  await new Promise(() => setInterval(() => undefined, 1_000));
}
