import { expect } from 'chai';
import { ack } from '../broker/test-queue.js';
import { leasedJob } from '../delivery/leased-job.js';
import { DeliveryTable, type ConsumerRef } from '../worker-inside/inside.js';

describe('the table of a channel’s deliveries', () => {
  const consumer = (id: string) => ({ id, send: () => undefined }) as unknown as ConsumerRef;
  const [first, second] = [consumer('first'), consumer('second')];
  const [one, two] = [leasedJob({ id: 'one' }), leasedJob({ id: 'two' })];
  let released: string[];
  let table: InstanceType<typeof DeliveryTable>;

  beforeEach('is empty', () => {
    released = [];
    table = new DeliveryTable('here', ({ record }) => released.push(record.id));
  });

  it('has one row for each consumer, with what it asks for and what it holds', () => {
    const row = table.ask(first, undefined, true);
    expect(row.request).to.deep.equal({ fetch: 'here|1' });
    table.answered(row);
    table.hold(row, one, 7);
    expect([table.heldSinceMs(first), table.heldSinceMs(second)]).to.deep.equal([7, undefined]);
    expect(table.ask(first, { job: one, settlement: ack }, true)).to.equal(row);
    expect(row.request).to.deep.equal({ settle: { job: one, settlement: ack }, fetch: 'here|2' });
    expect(table.holdersOf(() => true)).to.deep.equal([first]);
    expect(table.release(row)).to.equal(one);
    expect([table.heldSinceMs(first), table.inHands(), released]).to.deep.equal([undefined, [], ['one']]);
  });

  it('holds what no consumer has until its settlement is answered', () => {
    const row = table.addUnowned({ job: two, settlement: ack });
    table.hold(table.ask(first, undefined, false), one, 7);
    expect([table.held(), table.inHands()]).to.deep.equal([[one, two], [one]]);
    expect(table.askAgain(row), 'as often as it takes').to.equal(true);
    table.answered(row);
    expect([table.held(), released]).to.deep.equal([[one], []]);
  });

  it('keeps the row of a consumer that has left until it is idle', () => {
    const row = table.ask(first, undefined, false);
    table.hold(row, one, 7);
    table.leave(first);
    expect(table.leave(second)).to.equal(undefined);
    table.answered(row);
    expect([table.find(first), table.held()]).to.deep.equal([row, [one]]);
    table.release(row);
    expect(table.find(first)).to.equal(undefined);
  });

  it('asks again under a token of its own, and not for a consumer that has left', () => {
    const [row, other] = [table.ask(first, undefined, true), table.ask(second, undefined, true)];
    expect([table.askAgain(row), row.request]).to.deep.equal([true, { fetch: 'here|3' }]);
    table.leave(second);
    expect([table.askAgain(other), table.find(second)]).to.deep.equal([false, undefined]);
  });

  it('counts a token as answered only when every one before it is, also when its consumer has left', () => {
    const [row, other] = [table.ask(first, undefined, true), table.ask(second, undefined, true)];
    table.answered(other);
    table.leave(first);
    expect(table.answeredTokens).to.deep.equal({ process: 'here', last: 0 });
    table.answered(row);
    expect(table.answeredTokens).to.deep.equal({ process: 'here', last: 2 });
  });
});
