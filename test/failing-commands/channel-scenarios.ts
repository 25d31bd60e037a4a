// Calls of the channel's script, each from a state in which it has something to do, on both of its paths.
import {
  OURS,
  ID,
  aged,
  and,
  channel,
  channelWith,
  child,
  family,
  meta,
  oneActive,
  setsDelayed,
  misplaced,
  sent,
  written,
  settled,
  settledWith,
  stalled,
  twoActive,
  unlocked,
  waiting,
  type Scenario,
} from './states.js';

export const channels: readonly Scenario[] = [
  ...channel('acks a job', twoActive(), ['ack', ID]),
  ...channel('acks the last job', oneActive(), ['ack', ID]),
  ...channel('acks a job and fetches the next', twoActive(), ['ack', ID], ['fetch', '']),
  ...channel('acks a stalled job', and(twoActive(), stalled), ['ack', ID]),
  ...channel('acks a job whose lease expired', and(twoActive(), unlocked(ID)), ['ack', ID]),
  ...channel(
    'acks a job again',
    async (queue) => {
      await twoActive()(queue);
      await queue.server.run(await queue.channelCall({}, [['ack', ID]]));
    },
    ['ack', ID],
  ),
  ...channel('acks and removes a job', twoActive(), ['keep', ID, { retention: '{"completed":{"count":0}}' }]),
  ...channel('acks a job and keeps one', and(twoActive(), settled(['ack', 'a2'])), [
    'keep',
    ID,
    { retention: '{"completed":{"count":1}}' },
  ]),
  ...channelWith({ keptCount: 1 }, 'forgets an acked job', and(twoActive(), settled(['ack', 'a2'])), ['ack', ID]),
  ...channelWith({ keptCount: 5 }, 'forgets what is too old', and(twoActive(), settled(['ack', 'a2']), aged('a2')), [
    'ack',
    ID,
  ]),
  ...channelWith({ keepsOthers: true }, 'acks a job of ours', twoActive(OURS), ['ack', ID]),
  ...channelWith(
    { keepsOthers: true, keptCount: 1 },
    'forgets an acked job of ours',
    and(twoActive(OURS), settledWith({ keepsOthers: true }, ['ack', 'a2'])),
    ['ack', ID],
  ),
  ...channelWith(
    { keepsOthers: true, keptCount: 1 },
    'passes an acked job that another client keeps',
    and(twoActive(), settledWith({ keepsOthers: true }, ['ack', 'a2'])),
    ['ack', ID],
  ),
  ...channelWith(
    { keepsOthers: true, keptCount: 5 },
    'forgets what of ours is too old',
    and(twoActive(OURS), settledWith({ keepsOthers: true }, ['ack', 'a2']), aged('a2')),
    ['ack', ID],
  ),
  ...channelWith({ countedMinutes: 5 }, 'counts what it acks', twoActive(), ['ack', ID]),
  ...channelWith({ countedMinutes: 5 }, 'counts what it rejects', twoActive(), ['deadLetter', ID]),
  ...channelWith({ limit: 5 }, 'fetches within a limit of its own', waiting(), ['fetch', '']),
  ...channelWith({ sends: [sent({})] }, 'sends a job with an ack', twoActive(), ['ack', ID]),
  ...channelWith(
    { sends: [sent({ jobId: 'n1' }), sent({ jobId: 'n2', options: '{"delay":5000}' })] },
    'sends jobs with an ack',
    twoActive(),
    ['ack', ID],
  ),
  ...channelWith(
    { sends: [sent({ prefix: 'test:other:', options: '{"priority":2}' })] },
    'sends a job to another queue',
    twoActive(),
    ['ack', ID],
  ),
  ...channelWith(
    { sends: [sent({ prefix: 'test:far:', target: 'far' })] },
    'sends a job to another slot',
    twoActive(),
    ['ack', ID],
  ),
  ...channelWith({ writes: [written({})] }, 'writes a record with an ack', twoActive(), ['ack', ID]),
  ...channelWith({ writes: [written({ keptMs: 60_000 })] }, 'writes a record for a time with an ack', twoActive(), [
    'ack',
    ID,
  ]),
  ...channel('acks past a job in the place of the acked ones', and(twoActive(), misplaced('completed')), ['ack', ID]),
  ...channel('rejects past a job in the place of the attributes', and(twoActive(), misplaced('meta')), [
    'deadLetter',
    ID,
  ]),
  ...channel('fetches past a job in the place of the delayed ones', and(waiting(), misplaced('delayed')), [
    'fetch',
    '',
  ]),
  ...channel('acks a child', family(1), ['ack', ID]),
  ...channel('acks the last child', family(2), ['ack', ID], ['ack', 'a2']),
  ...channel(
    'acks the last child of a parent elsewhere',
    family(2, { queueName: 'other' }),
    ['ack', ID],
    ['ack', 'a2'],
  ),
  ...channel(
    'acks the last child of a parent with a priority',
    family(2, { parent: { priority: 3 } }),
    ['ack', ID],
    ['ack', 'a2'],
  ),
  ...channel(
    'acks the last child of a parent with a delay',
    family(2, { parent: { delay: 60_000 } }),
    ['ack', ID],
    ['ack', 'a2'],
  ),
  ...channel('acks a job with a deduplication', oneActive({ deduplication: { id: 'once' } }), ['ack', ID]),
  ...channel('rejects a job', twoActive(), ['deadLetter', ID]),
  ...channel('rejects a job and keeps one', and(twoActive(), settled(['deadLetter', 'a2'])), [
    'deadLetter',
    ID,
    { retention: '{"failed":{"count":1}}' },
  ]),
  ...channelWith({ deadCount: 1 }, 'forgets a dead letter', and(twoActive(), settled(['deadLetter', 'a2'])), [
    'deadLetter',
    ID,
  ]),
  ...channel('rejects a child', family(1), ['deadLetter', ID]),
  ...(
    [
      'failParentOnFailure',
      'ignoreDependencyOnFailure',
      'removeDependencyOnFailure',
      'continueParentOnFailure',
    ] as const
  ).flatMap((policy) =>
    channel(`rejects a child with ${policy}`, family(2, { child: { [policy]: true } }), ['deadLetter', ID]),
  ),
  ...channel('rejects a job with a deduplication', oneActive({ deduplication: { id: 'once' } }), ['deadLetter', ID]),
  ...channel('retries a job at once', twoActive(), ['retry', ID]),
  ...channel('retries a job later', twoActive(), ['retry', ID, { delayMs: 5_000 }]),
  ...channel('retries a job with a priority', twoActive({ priority: 2 }), ['retry', ID]),
  ...channel('requeues a job', twoActive(), ['requeue', ID]),
  ...channel('requeues a job with a priority', twoActive({ priority: 2 }), ['requeue', ID]),
  ...channel('waits for children', and(twoActive(), child), ['waitForChildren', ID]),
  ...channel('waits for no children', twoActive(), ['waitForChildren', ID]),
  ...channel('postpones a job', twoActive(), ['postpone', ID, { delayMs: 5_000 }]),
  ...channel('fetches', waiting(), ['fetch', '']),
  ...channel('fetches what has a priority', waiting({ priority: 2 }), ['fetch', '']),
  ...channel(
    'fetches from an empty queue',
    and(waiting({}, 1), (queue) => queue.fetch(1)),
    ['fetch', ''],
  ),
  ...channel('fetches what is due', and(waiting({}, 1), setsDelayed(1, 'd1')), ['fetch', '']),
  ...channel(
    'fetches what is due with a priority',
    and(waiting({}, 1), setsDelayed(1, 'd1'), (queue) => queue.server.client.hset(queue.key('d1'), 'priority', '3')),
    ['fetch', ''],
  ),
  ...channel('fetches within a limit of rate', and(waiting(), meta('max', '10', 'duration', '1000')), ['fetch', '']),
  ...channel(
    'fetches at a limit of rate',
    and(waiting(), meta('max', '1', 'duration', '60000'), (queue) => queue.fetch(1)),
    ['fetch', ''],
  ),
  ...channel('fetches within a limit of concurrency', and(waiting(), meta('concurrency', '5')), ['fetch', '']),
  ...channel('fetches from a paused queue', and(waiting(), meta('paused', '1')), ['fetch', '']),
  ...channel(
    'fetches a job whose counts are no numbers',
    and(waiting(), (queue) => queue.server.client.hset(queue.key(ID), 'ats', 'x', 'stc', 'y')),
    ['fetch', ''],
  ),
  ...channel(
    'settles and fetches for many',
    async (queue) => {
      await queue.add(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8']);
      await queue.fetch(6);
    },
    ['ack', 'a1'],
    ['retry', 'a2', { delayMs: 500 }],
    ['fetch', ''],
    ['deadLetter', 'a3'],
    ['ack', 'a4'],
    ['retry', 'a5'],
    ['ack', 'a6'],
  ),
  ...channel(
    'acks many',
    async (queue) => {
      await queue.add(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
      await queue.fetch(5);
    },
    ['ack', 'a1'],
    ['ack', 'a2'],
    ['ack', 'a3'],
    ['ack', 'a4'],
    ['fetch', ''],
  ),
];
