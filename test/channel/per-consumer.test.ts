import { expect } from 'chai';
import { PerConsumer, type ConsumerRef } from '../worker-inside/inside.js';

describe('one value for each consumer', () => {
  const consumer = (id: string) => ({ id, send: () => undefined }) as unknown as ConsumerRef;
  const [first, second] = [consumer('first'), consumer('second')];

  it('is held until it is taken', () => {
    const values = new PerConsumer<string>();
    values.set(first, 'a');
    values.set(second, 'b');
    values.set(first, 'c');
    expect([...values.entries()]).to.deep.equal([
      [first, 'c'],
      [second, 'b'],
    ]);
    expect([values.take(first), values.take(first), values.get(first), values.get(second)]).to.deep.equal([
      'c',
      undefined,
      undefined,
      'b',
    ]);
    expect([...values.entries()]).to.deep.equal([[second, 'b']]);
  });

  it('is kept of a consumer that has left, and then the consumer forgotten', () => {
    const values = new PerConsumer<string>();
    values.set(first, 'a');
    values.leave(first);
    values.leave(second);
    expect(values.get(first)).to.equal('a');
    expect(values.take(first)).to.equal('a');
    expect([...values.entries()]).to.deep.equal([]);
    // One that comes again is as any other.
    values.set(first, 'b');
    expect(values.take(first)).to.equal('b');
  });
});
