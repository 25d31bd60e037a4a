import { Producer, type DeadLetter, type Receipt } from '@acktor/core';
import { Supervisor } from '@acktor/cli';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { dose, HARMS } from './poisons.js';
import './task-trial.js';

const ENDS: Readonly<Record<(typeof HARMS)[number], { readonly reason: RegExp; readonly stack: RegExp }>> = {
  exit: { reason: /exited with code 3/, stack: /about to exit/ },
  reject: { reason: /exited with code 1/, stack: /nobody waits for me/ },
  segfault: { reason: /ended by SIGSEGV/, stack: /about to segfault/ },
  memory: { reason: /ended by SIGABRT|exited with code 134/, stack: /heap out of memory/ },
  loop: { reason: /main thread was blocked for \d+ ms/, stack: /about to loop/ },
};

describe('a supervisor of two workers, with a poison of each sort among a thousand jobs', function () {
  this.timeout(300_000);

  const nodeOptions = process.env['NODE_OPTIONS'];
  const write = process.stderr.write.bind(process.stderr);
  let passedOn = '';
  before(() => {
    process.env['NODE_OPTIONS'] = `${nodeOptions ?? ''} --max-old-space-size=96`;
    process.stderr.write = (text: string | Uint8Array) => {
      passedOn += Buffer.from(text).toString();
      return true;
    };
  });
  after(() => {
    process.stderr.write = write;
    if (nodeOptions === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = nodeOptions;
  });

  it('finishes the others, and makes each poison a dead letter that says why', async () => {
    const place = { redis: redisUrl(), namespace: freshNamespace() };
    await using producer = await Producer.connect(place);
    const poisons = await Promise.all(HARMS.map((harm) => producer.send(dose, { harm }, { id: harm })));
    const others = await Promise.all(Array.from({ length: 1_000 }, () => producer.send(dose, { harm: 'none' })));
    const log = new LogRecorder();
    await using supervisor = await Supervisor.start({
      ...place,
      files: [fileURLToPath(new URL('poisons.js', import.meta.url))],
      processes: 2,
      consumers: 5,
      hangMs: 10_000,
      logger: log,
    });
    const ended = Promise.allSettled(
      [...poisons, ...others].map((receipt: Receipt<typeof dose>) => receipt.result({ timeoutMs: 240_000 })),
    );
    const gaveUp = supervisor.stopped().then((error) => Promise.reject(error ?? new Error('it has stopped')));
    const results = await Promise.race([ended, gaveUp]);
    expect(results.slice(HARMS.length).filter(({ status }) => status !== 'fulfilled')).to.deep.equal([]);
    const dead: DeadLetter[] = [];
    for await (const letter of producer.deadLetters(dose).list()) dead.push(letter);
    expect(dead.map(({ id }) => id)).to.have.members([...HARMS]);
    for (const harm of HARMS) {
      const letter = dead.find(({ id }) => id === harm);
      expect(letter?.reason, harm)
        .to.match(/poison/)
        .and.to.match(ENDS[harm].reason);
      expect(letter?.stack, harm).to.match(ENDS[harm].stack);
    }
    for (const harm of HARMS) expect(passedOn.split(`about to ${harm}\n`).length, harm).to.be.within(4, 30);
    gaveUp.catch(() => undefined);
  });
});
