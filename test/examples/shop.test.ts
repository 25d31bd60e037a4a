import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareBooks } from '@acktor/examples/dist/shop/books.js';
import { expect } from 'chai';
import { ExampleProcess, runExample } from './example-process.js';

const program = 'shop/main.js';

describe('the shop', function () {
  this.timeout(120_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'acktor-shop-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has books that balance though the payment service fails and workers are killed, and leaves nothing behind', async () => {
    const end = await runExample(program, ['--once', '--kill', '--orders', '60'], folder);
    expect(end, end.stdout + end.stderr).to.include({ status: 0, stderr: '' });
    const [, failed, requests, kills] = /failed (\d+) of (\d+) requests; (\d+) workers/.exec(end.stdout) ?? [];
    expect(Number(failed)).to.be.above(10);
    expect(Number(requests)).to.be.above(60);
    expect(Number(kills)).to.be.at.least(5);
    const [, delivered, refunded, refused] =
      /Orders: (\d+) delivered, (\d+) refunded, (\d+) refused/.exec(end.stdout) ?? [];
    expect(Number(delivered) + Number(refunded) + Number(refused)).to.equal(60);
    expect(Number(refused)).to.equal(6);
    expect(end.stdout.trimEnd().split('\n').at(-1)).to.equal('The books balance to the cent.');
    expect((await readdir(folder)).filter((name) => name.startsWith('acktor-shop-'))).to.deep.equal([]);
  });

  it('says which orders do not balance, and ends with 1, where a charge is doubled: the control', async () => {
    const end = await runExample(program, ['--once', '--forgetful', '--orders', '40'], folder);
    expect(end).to.include({ status: 1, stderr: '' });
    expect(end.stdout).to.match(/order o-\d+ is delivered: €[\d.]+ were to be paid, €[\d.]+ were\n/);
    expect(end.stdout.trimEnd().split('\n').at(-1)).to.match(/^The books do not balance: \d+ faults\.$/);
  });

  it('stops in order when it is interrupted', async () => {
    const running = new ExampleProcess(program, ['--orders', '100000'], folder);
    await running.printed('Orders arrive at');
    running.signal('SIGINT');
    expect(await running.ended()).to.deep.include({
      status: 130,
      stderr: 'interrupted: the workers have finished what they held, and the books were not compared\n',
    });
  });

  it('explains itself, and refuses what it does not know', async () => {
    expect((await runExample(program, ['--help'], folder)).stdout).to.include('--forgetful');
    const refused = await runExample(program, ['--orders', '0'], folder);
    expect(refused).to.include({ status: 2 });
    expect(refused.stderr).to.include('expected --orders to be a number from 1 to 100000, got "0"');
  });
});

describe('the books of the shop', () => {
  const delivered = { orderId: 'a', cents: 100, end: 'delivered' };
  const refunded = { orderId: 'b', cents: 200, end: 'refunded' };
  const charge = (orderId: string, cents: number) => ({ orderId, kind: 'charge', cents }) as const;
  const refund = (orderId: string, cents: number) => ({ orderId, kind: 'refund', cents }) as const;
  const faultsOf = (...bookings: Parameters<typeof compareBooks>[1]['bookings']) =>
    compareBooks([delivered, refunded], { bookings }).faults;

  it('balance when what is delivered is paid once, and nothing else', () => {
    expect(faultsOf(charge('a', 100), charge('b', 200), refund('b', 200))).to.deep.equal([]);
  });

  it('do not when one order is paid twice and another not at all, though the sums are right', () => {
    const fault = 'order a is delivered: €1.00 were to be paid, €2.00 were';
    expect(faultsOf(charge('a', 100), charge('a', 100))).to.deep.equal([fault]);
    const other = { orderId: 'c', cents: 100, end: 'delivered' };
    const { faults } = compareBooks([delivered, other], { bookings: [charge('a', 200)] });
    expect(faults).to.deep.equal([fault, 'order c is delivered: €1.00 were to be paid, €0.00 were']);
  });

  it('do not when an order is unknown, or unsettled', () => {
    expect(faultsOf(charge('a', 100), charge('x', 1))).to.deep.equal(['order x was paid for, and the shop has none']);
    const unsettled = { orderId: 'u', cents: 5, end: 'unsettled' };
    expect(compareBooks([unsettled], { bookings: [] }).faults).to.deep.equal(['order u is unsettled']);
  });
});
