import { expect } from 'chai';
import { LanguageService } from './language-service.js';

// Written in test/types/hover.ts, as a user would write it.
const shown: readonly (readonly [call: string, option: string, type: string, text: string])[] = [
  [
    'Worker.start',
    'leaseMs',
    'number',
    'How long a lease lasts unless renewed; it is renewed three times in that span.',
  ],
  [
    'Worker.start',
    'consumers',
    'ConsumerCounts',
    'How many deliveries are handled at a time: for each queue, or by queue.',
  ],
  ['Worker.start', 'redis', 'RedisSource', 'URL of the Redis server;'],
  ['Producer.connect', 'redis', 'RedisSource', 'URL of the Redis server;'],
  [
    'Producer.connect',
    'sendTimeoutMs',
    'number',
    'How long a send waits for the server before it is called unconfirmed.',
  ],
  [
    'producer.send',
    'delayMs',
    'number',
    'How long the job waits before it may be delivered. In milliseconds, from 0 to 31536000000; by default 0.',
  ],
  ['producer.send', 'jitter', 'number', 'The share of the wait that is drawn at random.'],
  ['Operator.connect', 'namespace', 'string', 'What all keys begin with'],
  ['Supervisor.start', 'restartLimit', 'number', 'How many workers may end unasked within `restartWindowMs`'],
  ['Supervisor.start', 'leaseMs', 'number', 'How long a lease lasts unless renewed'],
  ['Dashboard.start', 'payloadsFor', '"operator" | "viewer"', 'The least role that may see payloads and results.'],
];

describe('an option in an editor', function () {
  this.timeout(120_000);

  let service: LanguageService;
  before(async () => {
    service = await LanguageService.start();
  });
  after(() => service[Symbol.asyncDispose]());

  for (const [call, option, type, text] of shown) {
    it(`shows what ${option} of ${call} is`, async () => {
      const hover = (await service.hover('test/types/hover.ts', call, `${option}:`)).replaceAll(/\s+/g, ' ');
      expect(hover).to.contain(`${option}?: ${type} | undefined`).and.contain(text);
    });
  }
});
