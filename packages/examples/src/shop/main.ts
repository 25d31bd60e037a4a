// The shop: orders arrive by HTTP, each is a durable actor; a payment service that fails at times; books that balance, or exit code 1.
import { parseArgs } from 'node:util';
import { AcktorError } from '@acktor/core';
import { WorkerStartError } from '../fleet/fleet.js';
import { InterruptedError, outliveReader } from '../fleet/interruption.js';
import { booksText } from './books.js';
import { runShop, type ShopOptions, type ShopRun } from './shop.js';

const USAGE = `Usage: npm start -- shop [options]

A shop whose orders are durable actors: each is charged, shipped, delivered, or refunded where it is cancelled or its parcel does not arrive.
Two worker processes; a payment service, a process of its own, that fails one request in three. Everything is on a Redis server of the
shop's own, which ends with it. At the end the books of the shop and of the payment service are compared, order by order: the exit
status is 1 where they do not balance.

  --orders <n>   how many orders arrive before the books are compared, from 1 to 100000 (default: 120)
  --kill         kill one worker process each second, at least five times
  --once         leave then, as without a terminal; else orders go on arriving until Ctrl-C, so that there is something to watch
  --forgetful    the control: the payment service forgets what it has taken, so that a request that is made again is booked twice
  --help         show this`;

/** Returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const command = readCommand(args);
  if (typeof command === 'string') {
    if (command === USAGE) console.log(command);
    else console.error(`${command}\nSee --help for all that can be asked for.`);
    return command === USAGE ? 0 : 2;
  }
  let status = 0;
  try {
    await runShop(command, (run) => {
      console.log(summary(run));
      status = run.books.faults.length === 0 ? 0 : 1;
    });
    return status;
  } catch (error) {
    if (!(error instanceof AcktorError || error instanceof WorkerStartError || error instanceof InterruptedError))
      throw error;
    console.error(error.message);
    return error instanceof InterruptedError ? 130 : 1;
  }
}

function summary({ books, payments: { requests, failures }, kills }: ShopRun): string {
  return `The payment service has failed ${failures} of ${requests} requests; ${kills} workers were killed\n${booksText(books)}`;
}

/** What is asked for; the usage, or what is wrong, as text. */
function readCommand(args: readonly string[]): ShopOptions | string {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help === true) return USAGE;
    const { orders: text = '120', kill: hasKills = false, once = false, forgetful: isForgetful = false } = values;
    const orders = Number(text);
    if (!/^\d+$/.test(text) || orders < 1 || orders > 100_000)
      return `expected --orders to be a number from 1 to 100000, got "${text}"`;
    return { orders, hasKills, isForgetful, goesOn: !once && process.stdout.isTTY };
  } catch (error) {
    return (error as Error).message;
  }
}

const OPTIONS = {
  orders: { type: 'string' },
  kill: { type: 'boolean' },
  once: { type: 'boolean' },
  forgetful: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

outliveReader();
process.exitCode = await main(process.argv.slice(2));
