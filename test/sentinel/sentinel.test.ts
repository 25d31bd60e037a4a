import { SentinelSet } from '@acktor/chaos';
import { BrokerUnreachableError, Producer, redisEngine } from '@acktor/core';
import { engineConforms, redisFeatures } from '@acktor/testing';
import { expect } from 'chai';
import { everyFeatureWorks, oneDoor } from '../engines/features.js';
import { note } from '../jobs/notes.js';
import { freshNamespace } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';

describe('a primary behind sentinels', function () {
  this.timeout(60_000);
  let set: SentinelSet;

  before(async () => {
    set = await SentinelSet.start();
  });

  after(() => set[Symbol.asyncDispose]());

  engineConforms('a primary behind sentinels', () => ({ engine: redisEngine({ redis: set.url }) }), redisFeatures);
  everyFeatureWorks(() => oneDoor(set.url));

  it('confirms by its replicas', async () => {
    await using producer = await Producer.connect({ redis: set.url, namespace: freshNamespace() });
    const receipt = await producer.send(note, { text: 'kept' }, { confirm: { replicas: 2 } });
    expect(receipt.isDuplicate).to.equal(false);
  });

  it('is not found by a name that the sentinels do not know, and that is said', async () => {
    const redis = set.url.replace(/[^/]*$/, 'another');
    const refused = Producer.connect({ redis, connectTimeoutMs: 500 });
    expect((await rejection(refused, BrokerUnreachableError)).message).to.contain('no primary named "another"');
  });
});
