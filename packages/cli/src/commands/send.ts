// `acktor send`: sends one job, by its contract or by the names of its queue and itself.
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { defaultJsonLimits, job, Producer, type AnyJob, type Receipt, type SendOptions } from '@acktor/core';
import { checkName, encodePayload, requireContract, sendWithAckOptions } from '@acktor/core/internal';
import { contractOf } from '@acktor/worker/internal';
import type { Command } from 'commander';
import { NotFoundError, UsageError } from '../errors.js';
import { print } from '../output/output.js';
import { say } from '../output/printable.js';
import { collect, spanMs, wholeNumber } from '../settings/settings.js';
import {
  operatorCommand,
  operatorOptions,
  requireQueue,
  withOperator,
  withOperatorFlags,
  type OperatorFlags,
} from './operator-command.js';

interface SendFlags extends OperatorFlags {
  readonly queue?: string;
  readonly contracts?: readonly string[];
  readonly allowUnused?: boolean;
  readonly id?: string;
  readonly delay?: string;
  readonly priority?: string;
  readonly attempts?: string;
  readonly key?: string;
  readonly dryRun?: boolean;
}

/** The command, ready to be added to a program. */
export function sendCommand(): Command {
  const command = operatorCommand('send', 'send one job')
    .description(
      'Sends a job with a payload of JSON. With --contracts it is checked as a producer of the program would, by the schema of the contract, ' +
        'which knows the queue, too. With --queue alone nothing is checked but that it is JSON within the limits of size and depth.',
    )
    .argument('<job>', 'the name of the job')
    .argument('<payload>', 'its payload as JSON, or - to read that from standard input')
    .option('-q, --queue <name>', 'its queue, where no contract says it')
    .option(
      '--contracts <file>',
      'a module that exports its contract, or its handler, as your build wrote it; may be repeated',
      collect,
    )
    .option('--allow-unused', 'send to a queue that was never used, too')
    .option('--id <id>', 'its id; the queue accepts an id once')
    .option('--delay <span>', 'how long until it is due: 30s, 5m, 2h')
    .option('--priority <n>', 'from 1, the first, to 2,097,152; without, before all that have one')
    .option('--attempts <n>', 'how often it is tried in all')
    .option('--key <key>', 'its group: of one key one job is under way at a time, or as many as its contract says')
    .option('--dry-run', 'check it, and send nothing');
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((name: string, payload: string, flags: SendFlags) => send(name, payload, flags));
}

async function send(name: string, payload: string, flags: SendFlags): Promise<void> {
  const contract = await contractFor(name, flags);
  const data = parsed(payload === '-' ? await textOf(process.stdin) : payload);
  if (flags.allowUnused !== true) await withOperator(flags, (operator) => requireQueue(operator, contract.queue));
  if (flags.dryRun) return check(contract, data, flags);
  await using producer = await Producer.connect(await operatorOptions(flags));
  report(await producer.send(contract, data, sendOptionsOf(flags)), flags);
}

async function check(contract: AnyJob, data: unknown, flags: SendFlags): Promise<void> {
  sendWithAckOptions.check(sendOptionsOf(flags));
  if (flags.id !== undefined) checkName('id', flags.id);
  await encodePayload(contract, data as never, defaultJsonLimits);
  const { name, queue } = contract;
  print(flags.json, { json: { queue, job: name, id: flags.id }, text: () => say`${name} could be sent to ${queue}\n` });
}

function report({ id, job: { name, queue }, duplicateOf }: Receipt<AnyJob>, { json }: SendFlags): void {
  print(json, {
    json: { queue, job: name, id, duplicateOf },
    text: () =>
      duplicateOf === undefined
        ? say`${id} is in ${queue}\n`
        : say`nothing was sent: ${queue} has a job ${id} already (${duplicateOf})\n`,
  });
}

function sendOptionsOf({ id, delay, priority, attempts, key }: SendFlags): SendOptions {
  return {
    ...(id !== undefined && { id }),
    ...(delay !== undefined && { delayMs: spanMs(delay, '--delay') }),
    ...(priority !== undefined && { priority: wholeNumber(priority, '--priority') }),
    ...(attempts !== undefined && { attempts: wholeNumber(attempts, '--attempts') }),
    ...(key !== undefined && { key }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(
      `expected a payload of JSON, got something else: ${why} (quote it for the shell: '{"orderId":"o-1"}')`,
    );
  }
}

async function contractFor(name: string, { contracts = [], queue }: SendFlags): Promise<AnyJob> {
  if (contracts.length === 0 && queue === undefined)
    throw new UsageError(
      'expected the queue of the job: name it with --queue, or the file of its contract with --contracts',
    );
  if (contracts.length === 0) return job(name, { queue: queue ?? '', data: anyJson });
  const known = (await Promise.all(contracts.map(contractsIn))).flat();
  const found = known.filter((each) => each.name === name && (queue === undefined || each.queue === queue));
  const [first, ...others] = new Set(found);
  if (first === undefined)
    throw new NotFoundError(`expected a contract of job ${name}, got ${namesOf(known)} of ${contracts.join(', ')}`);
  if (others.some((other) => other.queue !== first.queue))
    throw new UsageError(`several queues have a job ${name}: name one with --queue`);
  return first;
}

function namesOf(known: readonly AnyJob[]): string {
  return known.length === 0 ? 'none' : [...new Set(known.map(({ name }) => name))].slice(0, 20).join(', ');
}

async function contractsIn(file: string): Promise<readonly AnyJob[]> {
  const module = await loaded(file);
  const inner: unknown = 'default' in module ? module.default : undefined;
  return [module, inner ?? {}]
    .flatMap((exports) => Object.values(exports) as readonly unknown[])
    .flatMap((value) => contractOf(value) ?? (isContract(value) ? value : []));
}

async function loaded(file: string): Promise<object> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as object;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`expected a module with contracts in ${file}, which does not load: ${why}`, { cause });
  }
}

function isContract(value: unknown): value is AnyJob {
  try {
    requireContract(value, 'send');
    return true;
  } catch {
    return false;
  }
}

const anyJson: AnyJob['data'] = {
  '~standard': { version: 1, vendor: 'acktor', validate: (value: unknown) => ({ value }) },
};

const EXPLANATION = `
Sends nothing twice under one --id. A name and a queue that no handler knows are accepted; a queue that was never used is not,
unless --allow-unused is given.

JSON: { "queue": "payments", "job": "charge-card", "id": "o-1", "duplicateOf": "acked" }, without "duplicateOf" when it was added

Exit codes: 0 sent, or there before; 1 failed; 2 wrong usage, or a payload that its contract refuses; 3 no such queue or contract; 4 no server.

Examples:
  acktor send charge-card '{"orderId":"o-1","cents":990}' --contracts dist/jobs.js --id charge-o-1
  acktor send send-mail - --queue mails --delay 5m < mail.json`;
