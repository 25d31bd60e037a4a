// Calls of every script, each from a state in which it has something to do.
import { channels } from './channel-scenarios.js';
import { exchanges } from './exchange-scenarios.js';
import { keys } from './key-scenarios.js';
import {
  ID,
  and,
  child,
  childArgs,
  family,
  meets,
  meta,
  misplaced,
  misplacedAlone,
  of,
  oneActive,
  setsDelayed,
  settled,
  settledWith,
  stalled,
  twoActive,
  unlocked,
  waiting,
  type Scenario,
  type SetUp,
  type Args,
} from './states.js';
import type { TrialQueue } from './trial-queue.js';

const held: Args = async (queue) => {
  const { leaseToken, generation } = await queue.lease(ID);
  return [60_000, ID, leaseToken, generation];
};

const leases: readonly Scenario[] = [
  of('renew', 'a lease', and(oneActive(), stalled), held),
  of('renew', 'an expired lease', and(oneActive(), unlocked(ID)), held),
  of('reconcile', 'a job that nothing holds', twoActive(), ['w1|', 9_000]),
  of('reconcile', 'a job with a priority', twoActive({ priority: 2 }), ['w1|', 9_000]),
  of('progress', 'stores it', oneActive(), async (queue) => [ID, (await queue.lease(ID)).leaseToken, '50']),
  of('log', 'adds a line', oneActive(), async (queue) => [ID, (await queue.lease(ID)).leaseToken, 'a line', 10]),
  of('storeStep', 'of a delivery', oneActive(), [ID, '1', 'charge', '1']),
  of('steps', 'of a delivery', oneActive(), [ID, '1']),
  of('renewProcess', 'its leases', and(twoActive(), stalled), ['w1|', 60_000]),
];

const n1 = ['n1', '{}'] as const;
const plain = [1, 'a job', '{}', ...n1] as const;
const sends: readonly Scenario[] = ['1', '0'].flatMap((mayBeFast) => [
  of('send', `jobs (${mayBeFast})`, waiting({}, 1), [mayBeFast, 2, 'a job', '{}', 'n1', '{}', 'n2', '{}']),
  of('send', `a job with a delay (${mayBeFast})`, waiting({}, 1), [mayBeFast, 1, 'a job', '{"delay":5000}', ...n1]),
  of('send', `a job with a priority (${mayBeFast})`, waiting({}, 1), [mayBeFast, 1, 'a job', '{"priority":5}', ...n1]),
  of('send', `to a paused queue (${mayBeFast})`, and(waiting({}, 1), meta('paused', '1')), [mayBeFast, ...plain]),
  of('send', `to a limited queue (${mayBeFast})`, and(waiting({}, 1), meta('concurrency', '2')), [mayBeFast, ...plain]),
]);

const bounded = ['1', 1, 'a job', '{"ml":[1,1]}', 'n1', '{}'] as const;
const full = [{}, { priority: 5 }, { delay: 60_000 }].map((job) =>
  of('send', `to a full queue, which drops one with ${JSON.stringify(job)}`, waiting(job), bounded),
);

const reused = [ID, '{}'];
const reusing: readonly Scenario[] = [
  of('send', 'a job in the place of an acked one', and(oneActive(), settledWith({ keepsOthers: true }, ['ack', ID])), [
    '1',
    1,
    'a job',
    '{"reuse":"again"}',
    ...reused,
  ]),
  of('send', 'a job that is there', waiting(), ['1', 1, 'a job', '{}', ...reused]),
  of('send', 'past a job in the place of the delayed ones', and(waiting(), misplaced('delayed')), [
    '1',
    1,
    'a job',
    '{"delay":5000}',
    'n1',
    '{}',
  ]),
];

const cancelled = [ID, 'no longer wanted', 'test:q:acktor:control'];
const dead = and(twoActive(), settled(['deadLetter', ID]));
const deadChild = and(family(1), settled(['deadLetter', ID]));
const ofOperators: readonly Scenario[] = [
  of('cancel', 'a job that waits', waiting(), cancelled),
  of('cancel', 'a job with a priority', waiting({ priority: 3 }), cancelled),
  of('cancel', 'a job with a delay', waiting({ delay: 60_000 }), cancelled),
  of('cancel', 'an active job', oneActive(), cancelled),
  of('cancel', 'a child', family(0), cancelled),
  of('cancel', 'the last child', and(family(1), settled(['ack', ID])), [
    'a2',
    'no longer wanted',
    'test:q:acktor:control',
  ]),
  of('cancel', 'a parent', family(0), ['p1', 'no longer wanted', 'test:q:acktor:control']),
  of('cancel', 'a job with a deduplication', waiting({ deduplication: { id: 'once' } }, 1), cancelled),
  of('redrive', 'a dead letter', dead, ['', ID, '1']),
  of('redrive', 'one with a priority', and(oneActive({ priority: 2 }), settled(['deadLetter', ID])), ['', ID, '1']),
  of('redrive', 'a child', deadChild, ['', ID, '1']),
  of(
    'redrive',
    'one with a history',
    and(dead, (queue) => queue.server.client.hset(queue.key(ID), 'history', '[{}]')),
    ['', ID, '1'],
  ),
  of('redrive', 'one of a paused queue', and(dead, meta('paused', '1')), ['', ID, '1']),
  of('storeStep', 'of a delivery', oneActive(), [ID, '1', 'charge', '1']),
  of('steps', 'of a delivery', oneActive(), [ID, '1']),
  of('purge', 'a dead letter', dead, [ID, '1']),
  of('purge', 'a child', deadChild, [ID, '1']),
  of('depth', 'of a queue', and(waiting({ priority: 2 }), setsDelayed(9e12, 'd1')), []),
  of('symptoms', 'of a queue', twoActive(), [10]),
  of('pause', 'a queue', waiting(), ['paused']),
  of(
    'pause',
    'off',
    and(waiting(), meta('paused', '1'), (queue) => queue.server.client.rename(queue.key('wait'), queue.key('paused'))),
    ['resumed'],
  ),
  of(
    'list',
    'what waits behind others',
    and(waiting(), (queue) => queue.add(['b1'], { priority: 2 })),
    ['waiting', 0, 10],
  ),
  of('promote', 'a job', waiting({ delay: 60_000 }), [ID, '']),
  of('promote', 'a job with a priority', waiting({ delay: 60_000, priority: 2 }), [ID, '1']),
  of(
    'promote',
    'a job that waits for the rate of its key',
    and(waiting({ delay: 60_000 }), ({ server, key }) => server.client.hset(key(ID), 'opts', '{"key":"a"}')),
    [ID, '1'],
  ),
  of('clear', 'what waits', waiting(), ['wait', 9e15, 100]),
  of('clear', 'what has a priority', waiting({ priority: 2 }), ['prioritized', 9e15, 100]),
  of('clear', 'what is delayed', waiting({ delay: 60_000 }), ['delayed', 9e15, 100]),
  of('clear', 'what was acked', and(twoActive(), settled(['ack', ID])), ['completed', 9e15, 100]),
  of('move', 'a job that waits', waiting(), ['test:other:', 'waiting', ID]),
  of('move', 'a job with a priority', waiting({ priority: 2 }), ['test:other:', 'waiting', ID]),
  of('move', 'a job with a delay', waiting({ delay: 60_000 }), ['test:other:', 'delayed', ID]),
  of('move', 'a dead letter', dead, ['test:other:', 'deadLettered', ID]),
  of('find', 'a job', waiting(), [ID]),
  of('details', 'of a job', dead, [ID, 10]),
  of('details', 'of a job whose lease expired', and(twoActive(), unlocked(ID)), [ID, 10]),
  ...['waiting', 'waitingForChildren', 'delayed', 'active', 'acked', 'deadLettered'].map((place) =>
    of('list', place, and(twoActive(), settled(['deadLetter', ID])), [place, 0, 10]),
  ),
];

const turn = [3, 100, 0, 0, '1', 60_000, 'test:q:acktor:alive:'];
const ownEnd = (trials: number, isAlone: 0 | 1, ...suspects: readonly string[]) => [
  3,
  'w1',
  trials,
  isAlone,
  2,
  'exit code 1',
  'a last line',
  ...suspects,
];
const reaping: readonly Scenario[] = [
  of('meetServer', 'for the first time', waiting(), [0]),
  of('reap', 'an expired lease', and(twoActive(), meets, unlocked(ID), stalled), turn),
  of('reap', 'a job with a priority', and(twoActive({ priority: 3 }), meets, unlocked(ID)), turn),
  of('reap', 'a dead process', and(twoActive(), meets), turn),
  of(
    'reap',
    'a job that was lost too often',
    and(twoActive(), meets, (queue) => queue.server.client.hset(queue.key(ID), 'stc', '9')),
    turn,
  ),
  of(
    'reap',
    'a job whose counts are no numbers',
    and(twoActive(), meets, (queue) => queue.server.client.hset(queue.key(ID), 'stc', 'x', 'ats', 'y')),
    turn,
  ),
  of(
    'reap',
    'nothing',
    and(waiting(), meets, (queue) => queue.server.client.hset(queue.keys.suspects, 'w9', '1|1')),
    turn,
  ),
  of(
    'reap',
    'in a taken turn',
    and(twoActive(), meets, (queue) => queue.run('reap', [3, 60_000, 60_000, 0, '1', 60_000, 'test:q:acktor:alive:'])),
    turn,
  ),
  of('releaseDead', 'what it held', twoActive(), [3, 'w1']),
  of('releaseDead', 'what it held with a priority', twoActive({ priority: 3 }), [3, 'w1']),
  of(
    'releaseDead',
    'a job that cannot be read',
    and(twoActive(), (queue) => queue.server.client.hset(queue.key(ID), 'stc', 'x', 'parent', '[]')),
    [3, 'w1'],
  ),
  of('releaseDead', 'of its own doing', twoActive(), ownEnd(0, 0)),
  of('releaseDead', 'of its own doing, with priorities', twoActive({ priority: 3 }), ownEnd(0, 0)),
  of('releaseDead', 'with a job on trial', twoActive(), ownEnd(1, 0, ID)),
  of(
    'releaseDead',
    'with poison',
    and(twoActive(), (queue) => queue.server.client.hset(queue.key(ID), 'suspicions', '1')),
    ownEnd(1, 1, ID),
  ),
];

const scheduled: SetUp = (queue) => queue.addScheduler('nightly');
const put = [
  'nightly',
  '{"name":"a job","every":60000}',
  '{}',
  '{}',
  '{"repeat":{"every":60000,"count":1},"repeatJobKey":"nightly"}',
  '1',
];
const putPattern = [
  'nightly',
  '{"name":"a job","pattern":"0 0 3 * * *"}',
  '{}',
  '{}',
  '{"repeat":{"pattern":"0 0 3 * * *","count":1},"repeatJobKey":"nightly"}',
  '1',
  9_000_000_000_000,
];
const fetchedRun = async (queue: TrialQueue) => {
  const [at = '0'] = await queue.server.client
    .zrange(queue.key('repeat'), '0', '0', 'WITHSCORES')
    .then((all) => all.slice(1));
  const options = '{"repeat":{"every":60000,"count":2},"repeatJobKey":"nightly"}';
  return ['nightly', `repeat:nightly:${at}`, 0, options, ''];
};
const schedules: readonly Scenario[] = [
  of('putSchedule', 'a new one', waiting({}, 1), put),
  of('putSchedule', 'one that is there', scheduled, put),
  of(
    'putSchedule',
    'one that is paused',
    and(scheduled, (queue) => queue.run('pauseSchedule', ['nightly'])),
    put,
  ),
  of('putSchedule', 'one with a pattern', scheduled, putPattern),
  of('pauseSchedule', 'one that is there', scheduled, ['nightly']),
  of('readSchedules', 'one that is there', scheduled, ['nightly']),
  of('removeSchedule', 'one that is there', scheduled, ['nightly']),
  of(
    'continueSchedules',
    'a fetched run',
    and(scheduled, (queue) => queue.fetch(1)),
    fetchedRun,
  ),
  of(
    'continueSchedules',
    'a fetched run that asks for those before',
    and(scheduled, (queue) => queue.fetch(1)),
    async (queue) => [...(await fetchedRun(queue)).slice(0, -1), '1'],
  ),
];

const outgoing: SetUp = async ({ server: { client }, keys }) => {
  await client.hset(keys.outboxes, 'far', '6');
  await client.rpush(
    `${keys.outboxes}:far`,
    '5',
    'n1',
    'a job',
    '{}',
    '{}',
    '6',
    'n2',
    'a job',
    '{"delay":5000}',
    '{}',
  );
};
const outboxes: readonly Scenario[] = [
  of('outboxRead', 'with jobs', outgoing, [20]),
  of('outboxDrop', 'what was forwarded', outgoing, ['far', '5', 20]),
  of('outboxDrop', 'the last', outgoing, ['far', '6', 20]),
  of('outboxTurn', 'of a process', ({ server }) => server.client.hset('test:acktor:outboxes', 'queue:q', '1'), [
    'w1',
    500,
  ]),
  of('outboxForward', 'jobs', waiting({}, 1), [
    'near',
    ...['5 n1 {}', '6 n2 {"delay":5000}', '7 n3 {"priority":3}'].flatMap((each) => {
      const [sequence = '', id = '', options = ''] = each.split(' ');
      return [sequence, id, 'a job', options, '{}'];
    }),
  ]),
  of(
    'outboxForward',
    'a job in the place of an acked one',
    and(oneActive(), settledWith({ keepsOthers: true }, ['ack', ID])),
    ['near', '5', ID, 'a job', '{"reuse":"again"}', '{}'],
  ),
  of('outboxForward', 'a job that is active', and(oneActive(), unlocked(ID)), ['near', '5', ID, 'a job', '{}', '{}']),
  of(
    'outboxForward',
    'what the queue has',
    and(waiting({}, 1), ({ server, key }) => server.client.hset(key('acktor:forwarded'), 'near', '5')),
    ['near', '5', 'n1', 'a job', '{}', '{}'],
  ),
];

const children: readonly Scenario[] = [
  of('addChild', 'a new one', oneActive(), childArgs()),
  of('addChild', 'one with a delay', oneActive(), childArgs('{"delay":5000}')),
  of(
    'addChild',
    'one of another queue, with a priority',
    oneActive(),
    childArgs('{"priority":2}', { prefix: 'test:other:' }),
  ),
  of('addChild', 'one that is there', and(oneActive(), child), childArgs()),
  of('addChild', 'one whose id is taken', and(twoActive(), unlocked('a2')), childArgs('{}', { id: 'a2' })),
  of(
    'addChild',
    'one in the place of an acked job',
    and(twoActive(), settledWith({ keepsOthers: true }, ['ack', 'a2'])),
    childArgs('{"reuse":"again"}', { id: 'a2' }),
  ),
  of('children', 'of a job', and(oneActive(), child), async (queue) => [ID, (await queue.lease(ID)).leaseToken]),
  of('deathListeners', 'of jobs', waiting(), ['a job', 'another']),
];

const unlisted: SetUp = ({ server, key }) => server.client.lrem(key('wait'), 0, ID);
const repairs: readonly Scenario[] = [
  of('inspectQueue', 'in which something is wrong', and(twoActive(), misplaced('limiter')), [
    100,
    'test:q:acktor:alive:',
  ]),
  of('inspectJobs', 'of which one is in no list', and(waiting(), unlisted), [0, ID, 'a2']),
  of('repairJob', 'that is in no list', and(waiting(), unlisted), [ID]),
  of(
    'repairJob',
    'that cannot be read',
    and(waiting(), unlisted, ({ server, key }) => server.client.hset(key(ID), 'ats', 'x', 'parent', '[]')),
    [ID],
  ),
  of(
    'repairJob',
    'with a priority',
    and(waiting({ priority: 2 }), ({ server, key }) => server.client.zrem(key('prioritized'), ID)),
    [ID],
  ),
  of(
    'repairJob',
    'that was fetched',
    and(twoActive(), ({ server, key }) => server.client.lrem(key('active'), 0, ID)),
    [ID],
  ),
  of(
    'repairJob',
    'that has ended',
    and(twoActive(), settled(['ack', ID]), ({ server, key }) => server.client.zrem(key('completed'), ID)),
    [ID],
  ),
  of(
    'repairJob',
    'that waits for its children',
    and(family(0), ({ server, key }) => server.client.zrem(key('waiting-children'), 'p1')),
    ['p1'],
  ),
  of(
    'repairJob',
    'with a lease that is astray',
    and(waiting(), ({ server, key }) => server.client.set(`${key(ID)}:lock`, 'w9|1')),
    [ID],
  ),
  ...['completed', 'meta', 'wait'].map((part) =>
    of('repairPart', part, and(setsDelayed(9e12, 'd1'), misplacedAlone(part)), [part]),
  ),
];

/** Of all scripts. */
export const scenarios: readonly Scenario[] = [
  ...channels,
  ...leases,
  ...sends,
  ...full,
  ...reusing,
  ...ofOperators,
  ...reaping,
  ...schedules,
  ...outboxes,
  ...exchanges,
  ...keys,
  ...children,
  ...repairs,
  of('missingRights', 'of anybody', waiting(), ['test:q:any', 'GET LIMIT PUBLISH']),
];
