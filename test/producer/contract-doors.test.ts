// Every door that takes a contract: a program in JavaScript may pass anything.
import { NotAContractError, Producer } from '@acktor/core';
import { handles } from '@acktor/worker';
import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';

describe('what takes a contract', () => {
  let producer: Producer;
  before(async () => {
    producer = await Producer.connect({ redis: redisUrl(), namespace: freshNamespace() });
  });
  after(() => producer.close());

  const doors: Readonly<Record<string, (contract: never) => unknown>> = {
    send: (contract) => producer.send(contract, { text: 'x' } as never),
    sendBulk: (contract) => producer.sendBulk(contract, [{ text: 'x' } as never]),
    receipt: (contract) => producer.receipt(contract, 'a'),
    cancel: (contract) => producer.cancel(contract, 'a'),
    deadLetters: (contract) => producer.deadLetters(contract),
    '@handles': (contract) => handles(contract),
  };
  const others: readonly (readonly [found: unknown, words: string])[] = [
    ['note', 'got "note" (its name alone says no schema and no queue'],
    [undefined, 'got undefined (look whether the name that is imported is exported'],
    [null, 'got null'],
    [class Note {}, 'got a function'],
    [{ name: 'note', queue: 'notes' }, "got an object (pass what job('name', { queue, data }) returned)"],
  ];
  for (const [name, door] of Object.entries(doors)) {
    it(`is ${name}, which says to pass the contract when it gets something else`, async () => {
      for (const [found, words] of others) {
        // The name of a queue is fine there.
        if (name === 'deadLetters' && typeof found === 'string') continue;
        const error = await failureOf(() => door(found as never));
        expect(error, words).to.be.instanceOf(NotAContractError);
        expect((error as Error).message).to.include(`as the first argument of ${name}, ${words}`);
      }
    });
  }

  it('takes a contract that another copy of the package made, or that was spread', async () => {
    const receipt = await producer.send({ ...note }, { text: 'x' });
    expect(receipt.id).to.be.a('string');
    expect(() => handles({ ...note })).not.to.throw();
  });
});

async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}
