// The protocol of a queue: what holds in every world, after every step, whatever happens.
import { NAMES, type Delivery, type Name, type Server, type World } from './specification.js';
import type { Call, TracedStep } from './traced-world.js';

/** Says what a step has broken. */
export function broken(before: World, step: TracedStep): string | undefined {
  const { world, event } = step;
  if (event === undefined || !('script' in event)) return misplaced(world) ?? taken(world);
  const [server, after] = [before.server, world.server];
  // Nobody gets the answer to a call that comes late, or before the connection breaks.
  const lie = step.kind === 'must' ? liedIn(after, event) : undefined;
  return misplaced(world) ?? taken(world) ?? wronged(server, after, event) ?? lie;
}

/** Says what is wrong when nothing more must happen: each job has to be done. */
export function unfinished({ server }: World): string | undefined {
  const [job] = [...server.wait, ...server.active];
  return job === undefined ? undefined : `nothing more happens, and ${job} is not done`;
}

/** Each job is in one place, leased only while it is active, and what its ack carries is added with the ack. */
function misplaced({ scope, server }: World): string | undefined {
  const { wait, active, acked, added } = server;
  for (const job of scope.jobs) {
    const places = countOf(job, wait) + countOf(job, active) + countOf(job, acked);
    if (places !== 1) return `${job} is in ${places} places`;
    if (server.record(job).lease !== undefined && !active.includes(job)) return `${job} is leased and not active`;
    if (countOf(job, acked) !== countOf(job, added))
      return `the ack of ${job} and the job that it carries are not stored together`;
  }
  return undefined;
}

/** What a living worker has is its own until it is settled: so that no two workers ever have the same job. */
function taken(world: World): string | undefined {
  if (world.mayLose) return undefined;
  for (const name of NAMES)
    for (const { job, token } of handsOf(world, name))
      if (world.server.record(job).owner !== token && !world.server.stored.includes(token))
        return `${name} lives, was away for no longer than a lease, and ${job} was taken from it`;
  return undefined;
}

function handsOf({ workers }: World, name: Name): readonly Delivery[] {
  const { held, coming } = workers[name];
  return coming ? [...held, coming] : held;
}

/** Fences grow, and what has lost its job changes nothing. */
function wronged(before: Server, after: Server, call: Call): string | undefined {
  if (call.script === 'fetch') {
    const { job = '', fence = 1 } = call.answer ?? {};
    return fence > before.record(job).fence ? undefined : `two deliveries of ${job} have the fence ${fence}`;
  }
  if (call.script !== 'settle') return undefined;
  const [{ job, token }, how] = call.args;
  const isChanged = before.records !== after.records || before.added !== after.added;
  const isOwn = before.record(job).owner === token;
  return isChanged && !isOwn ? `${token} has lost ${job}, and its ${how} changes the queue` : undefined;
}

/** Answers are true. */
function liedIn(after: Server, call: Call): string | undefined {
  if (call.script === 'renew') {
    const isLie = ({ job, token }: Delivery) => (after.record(job).owner === token) === call.answer.includes(token);
    const lie = call.args[0].find(isLie);
    return lie && `the renewal of ${lie.job} under ${lie.token} says the opposite of what is`;
  }
  if (call.script !== 'settle') return undefined;
  const [{ job, token, fence }, how] = call.args;
  const isStored = after.stored.includes(token);
  // Of a settlement that was stored and followed by another delivery, `lost` is no lie.
  const isLost = !isStored || after.record(job).fence !== fence;
  const isTrue = call.answer === 'stored' ? isStored : isLost;
  return isTrue ? undefined : `the ${how} of ${job} under ${token} is said to be ${call.answer}, and it is not`;
}

function countOf(job: string, list: readonly string[]): number {
  let count = 0;
  for (const each of list) if (each === job) count += 1;
  return count;
}
