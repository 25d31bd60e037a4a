// Fills a queue with jobs of a road, by a plain client of BullMQ.
import { FlowProducer, Queue } from 'bullmq';
import { JOB, payloadNumber, type BenchPayload } from './peer.js';
import { roads, type Road, type RoadName } from './roads.js';

export interface RoadFill {
  readonly address: string;
  readonly queue: string;
  readonly road: RoadName;
  readonly jobs: number;
}

/** Adds so many jobs, by a plain client of BullMQ. */
export async function fillRoad({ address, queue: name, road: roadName, jobs }: RoadFill): Promise<void> {
  const road: Road = roads[roadName];
  const connection = { path: address };
  const queue = new Queue<BenchPayload>(name, { connection });
  const flows = road.children === undefined ? undefined : new FlowProducer({ connection });
  try {
    await road.prepare?.(queue);
    for (let from = 0; from < jobs; from += BATCH) {
      const numbers = Array.from({ length: Math.min(BATCH, jobs - from) }, (_, index) => from + index);
      if (flows !== undefined) await addFamilies(flows, { name, numbers, children: road.children ?? 0 });
      else await queue.addBulk(numbers.map((number) => jobOf(road, number)));
    }
  } finally {
    await Promise.all([queue.close(), flows?.close()]);
  }
}

const BATCH = 1_100;

function jobOf(road: Road, number: number) {
  const data = { ...payloadNumber(number), ...(road.extraBytes && { note: 'x'.repeat(road.extraBytes) }) };
  return { name: JOB, data, ...(road.options && { opts: road.options(number) }) };
}

interface Families {
  readonly name: string;
  readonly numbers: readonly number[];
  readonly children: number;
}

/** Parents and children are jobs alike: of eleven numbers one is a parent. */
async function addFamilies(flows: FlowProducer, { name, numbers, children }: Families): Promise<void> {
  const size = children + 1;
  const families = Array.from({ length: Math.ceil(numbers.length / size) }, (_, index) =>
    numbers.slice(index * size, (index + 1) * size),
  );
  const member = (number: number) => ({ name: JOB, queueName: name, data: payloadNumber(number) });
  await flows.addBulk(
    families.map(([parent = 0, ...rest]) => ({ ...member(parent), children: rest.map((number) => member(number)) })),
  );
}
