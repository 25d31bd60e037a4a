import { expect } from 'chai';
import { Seats, type ConsumerRef } from '../worker-inside/inside.js';

describe('the seats of consumers', () => {
  const seated = (id: string) => ({ id, send: () => undefined }) as unknown as ConsumerRef;
  const [first, second] = [seated('first'), seated('second')];

  it('hold one thing for each, until it is taken', () => {
    const seats = new Seats<string>();
    seats.set(first, 'a');
    seats.set(second, 'b');
    seats.set(first, 'c');
    expect([...seats.entries()]).to.deep.equal([
      [first, 'c'],
      [second, 'b'],
    ]);
    expect([seats.take(first), seats.take(first), seats.get(first), seats.get(second)]).to.deep.equal([
      'c',
      undefined,
      undefined,
      'b',
    ]);
    expect([...seats.entries()]).to.deep.equal([[second, 'b']]);
  });

  it('keep what a consumer that has left still has, and then forget it', () => {
    const seats = new Seats<string>();
    seats.set(first, 'a');
    seats.leave(first);
    seats.leave(second);
    expect(seats.get(first)).to.equal('a');
    expect(seats.take(first)).to.equal('a');
    expect([...seats.entries()]).to.deep.equal([]);
    // Who comes again has a seat as anybody else.
    seats.set(first, 'b');
    expect(seats.take(first)).to.equal('b');
  });
});
