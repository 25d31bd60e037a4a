// What a contract may say besides its schemas.

import { defineOptions } from '../options/options.js';
import { NAME_RULE, nameFault, nameHint } from './names.js';
import { attemptsOption, backoffOption, DEFAULT_ATTEMPTS, DEFAULT_BACKOFF } from './retry-options.js';
import { isStandardSchema } from './schema.js';
import { isUpgradeSteps } from './versions.js';

const longestTimerMs = 2_147_483_647;

/** The options of {@link job}. */
export const contractOptions = defineOptions({
  queue: {
    type: 'string',
    required: true,
    expected: NAME_RULE,
    accepts: (text) => nameFault('queue', text) === undefined,
    hint: (given) => nameHint(given),
    doc: 'The queue that carries jobs of this contract.',
  },
  data: {
    type: 'value',
    required: true,
    expected: 'a Standard Schema, for example z.object({ … }) of zod',
    accepts: isStandardSchema,
    doc: 'The schema of the payload.',
  },
  result: {
    type: 'value',
    expected: 'a Standard Schema, for example z.object({ … }) of zod',
    accepts: isStandardSchema,
    doc: 'The schema of what handlers return; without it nothing is kept.',
  },
  attempts: { ...attemptsOption, default: DEFAULT_ATTEMPTS },
  backoff: { ...backoffOption, default: DEFAULT_BACKOFF },
  deadlineMs: {
    type: 'ms',
    min: 1,
    max: longestTimerMs,
    because: { max: 'Node fires a longer timer at once' },
    doc: "How long one attempt may take; for ever when left out. Then the handler's signal aborts: a result that it returns within the worker's `letGoMs` (1 s) is acked all the same, anything it throws counts as the deadline, and after that its delivery ends without it.",
  },
  version: {
    type: 'count',
    default: 1,
    min: 1,
    max: 1_000,
    doc: 'The version of the payload that `data` describes.',
  },
  upgrade: {
    type: 'value',
    default: Object.freeze({}),
    expected: 'functions by the version they start from, for example { 1: (old) => ({ … }) }',
    accepts: isUpgradeSteps,
    doc: 'How a payload of each earlier version becomes one of the next.',
  },
});
