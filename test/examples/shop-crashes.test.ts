import { actor } from '@acktor/actors';
import { crashMatrix, testActor } from '@acktor/actors/testing';
import type { Producer } from '@acktor/core';
import { compareBooks, type Booking } from '@acktor/examples/dist/shop/books.js';
import {
  chargeCard,
  order,
  orderContract,
  orderMachine,
  refundCharge,
  shipParcel,
} from '@acktor/examples/dist/shop/order.js';
import { shopHandlers, type Payments } from '@acktor/examples/dist/shop/payments.js';
import { memoryEngine } from '@acktor/testing';
import { expect } from 'chai';

/** Takes a thing once by its key, or anew each time. */
function payments(isForgetful: boolean): Payments & { readonly bookings: Booking[] } {
  const bookings: Booking[] = [];
  const done = new Set<string>();
  const once = (key: string, book: () => void) => {
    if (done.has(key) && !isForgetful) return;
    done.add(key);
    book();
  };
  return {
    bookings,
    charge({ orderId, cents }) {
      if (cents > 1_000) return Promise.resolve({ refusal: 'declined' });
      once(`charge ${orderId}`, () => bookings.push({ orderId, kind: 'charge', cents }));
      return Promise.resolve({ receipt: 'r' });
    },
    refund({ orderId }) {
      const cents = bookings.find((booking) => booking.orderId === orderId)?.cents ?? 0;
      if (cents > 0) once(`refund ${orderId}`, () => bookings.push({ orderId, kind: 'refund', cents }));
      return Promise.resolve({ cents });
    },
  };
}

const within = { timeoutMs: 20_000 };

describe('the chart of the shop’s orders', function () {
  this.timeout(300_000);

  const matrixOf = (
    actor: typeof order,
    orders: readonly { readonly orderId: string; readonly cents: number }[],
    live: (producer: Producer) => Promise<unknown>,
  ) => {
    let own = payments(false);
    return crashMatrix({
      engine: () => memoryEngine({ clock: 'machine' }),
      actors: [actor],
      handlers: () => shopHandlers((own = payments(false))),
      run: async (producer) => {
        await Promise.all(orders.map((one) => producer.actor(actor, one.orderId).start(one)));
        await live(producer);
        const ended = orders.map(async ({ orderId, cents }) => {
          await producer.actor(actor, orderId).done(within);
          return { orderId, cents, end: String((await producer.actor(actor, orderId).snapshot())?.value) };
        });
        const all = await Promise.all(ended);
        return { ...compareBooks(all, own), states: all.map(({ end }) => end) };
      },
    });
  };
  const expectSame = ({ rows, table }: Awaited<ReturnType<typeof matrixOf>>) =>
    expect(
      rows.filter(({ isSame }) => !isSame),
      table,
    ).to.deep.equal([]);

  it('comes to the same, with books that balance, whichever settlement of an order goes wrong', async () => {
    const orders = [
      { orderId: 'delivered', cents: 100 },
      { orderId: 'cancelled', cents: 200 },
      { orderId: 'refused', cents: 2_000 },
    ];
    const matrix = await matrixOf(order, orders, async (producer) => {
      await producer.actor(order, 'cancelled').send({ type: 'cancel' });
      await producer.actor(order, 'delivered').waitFor('underWay', within);
      await producer.actor(order, 'delivered').send({ type: 'arrived' });
    });
    const { states, faults, takenCents, givenBackCents } = matrix.expected;
    expect({ states, faults }).to.deep.equal({ states: ['delivered', 'refunded', 'refused'], faults: [] });
    expect({ takenCents, givenBackCents }).to.deep.equal({ takenCents: 300, givenBackCents: 200 });
    expectSame(matrix);
    expect(matrix.rows.length).to.be.at.least(20);
  });

  it('comes to the same where a parcel is lost', async () => {
    const machine = orderMachine.provide({ delays: { parcelIsLate: 20 } });
    const hasty = actor('order', { ...orderContract, machine });
    const matrix = await matrixOf(hasty, [{ orderId: 'lost', cents: 300 }], () => Promise.resolve());
    expect(matrix.expected).to.deep.include({ states: ['refunded'], faults: [], givenBackCents: 300 });
    expectSame(matrix);
    expect(matrix.rows.length).to.be.at.least(10);
  });

  it('comes to other books where the payment service forgets: the control', async () => {
    const forgetful = payments(true);
    const again = new AbortController().signal;
    for (const _ of [1, 2]) await forgetful.charge({ orderId: 'delivered', cents: 100 }, again);
    const ended = [{ orderId: 'delivered', cents: 100, end: 'delivered' }];
    expect(compareBooks(ended, forgetful).faults).to.have.length(1);
  });

  it('gives back what was taken where a parcel does not arrive in time, and not where it does', async () => {
    await using lost = await testActor(order, 'o-1');
    await lost.start({ orderId: 'o-1', cents: 100 });
    await lost.answer(chargeCard, { receipt: 'r' });
    expect((await lost.answer(shipParcel, { parcel: 'p' })).state?.value).to.equal('underWay');
    expect((await lost.advance({ milliseconds: 2_999 })).state?.value).to.equal('underWay');
    const late = await lost.advance({ milliseconds: 1 });
    const jobs = late.effects.map((effect) => (effect.type === 'invoke' ? [effect.job, effect.data] : effect.type));
    expect(jobs).to.deep.equal([['refund-charge', { orderId: 'o-1' }]]);
    expect((await lost.send({ type: 'arrived' })).outcome).to.equal('dropped');
    expect((await lost.answer(refundCharge, { cents: 100 })).state?.value).to.equal('refunded');
  });

  it('waits for the charge where it is cancelled meanwhile, and voids one that was refused', async () => {
    await using cancelled = await testActor(order, 'o-2');
    await cancelled.start({ orderId: 'o-2', cents: 100 });
    expect((await cancelled.send({ type: 'cancel' })).state?.value).to.equal('charging');
    expect((await cancelled.answer(chargeCard, { receipt: 'r' })).state?.value).to.equal('refunding');
    expect((await cancelled.fail(refundCharge, 'out of order')).state?.value).to.equal('unsettled');
    await using refused = await testActor(order, 'o-3');
    await refused.start({ orderId: 'o-3', cents: 100 });
    expect((await refused.fail(chargeCard, 'declined')).state?.value).to.equal('voiding');
    expect((await refused.answer(refundCharge, { cents: 0 })).state?.value).to.equal('refused');
  });
});
