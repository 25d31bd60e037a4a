// Compiled, never run: each line below compiles, or fails to where it says so, or `tsc -b` fails.
import { flow, job, type AnyJob, type FlowContract, type PayloadInput, type ResultOf } from '@acktor/core';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';

const fetchFile = job('fetch-file', {
  queue: 'files',
  data: z.object({ url: z.string() }),
  result: z.object({ path: z.string() }),
});
const scan = job('scan', { queue: 'files', data: z.object({ path: z.string() }), result: z.boolean() });
const load = job('load', { queue: 'rows', data: z.object({ path: z.string(), isSafe: z.boolean() }) });
const remove = job('remove', { queue: 'files', data: z.object({ path: z.string() }) });
const data = z.object({ url: z.string(), at: z.string().transform((text) => new Date(text)) });

export const importFlow = flow(
  'import',
  { queue: 'imports', data, result: z.object({ path: z.string() }) },
  (step, end) => {
    const fetched = step('fetch', fetchFile, {
      data: (results, run) => {
        expectTypeOf(results).toEqualTypeOf<{}>();
        expectTypeOf(run.data).toEqualTypeOf<{ url: string; at: Date }>();
        return { url: run.data.url };
      },
      compensate: { job: remove, data: (result) => ({ path: result.path }) },
    });
    const scanned = step('scan', scan, { after: [fetched], data: ({ fetch }) => ({ path: fetch.path }) });
    const loaded = step('load', load, {
      after: [fetched, { step: scanned, onFailure: 'continue' }],
      data: (results) => {
        expectTypeOf(results).toEqualTypeOf<{ readonly fetch: { path: string }; readonly scan: boolean | undefined }>();
        return { path: results.fetch.path, isSafe: results.scan ?? false };
      },
    });
    // @ts-expect-error the payload lacks isSafe
    step('short', load, { after: [fetched], data: ({ fetch }) => ({ path: fetch.path }) });
    // @ts-expect-error it does not come after scan
    step('blind', scan, { after: [fetched], data: (results) => ({ path: String(results.scan) }) });
    // @ts-expect-error there is no such policy
    step('ignoring', scan, { after: [{ step: fetched, onFailure: 'ignore' }], data: () => ({ path: '' }) });
    // @ts-expect-error the compensation takes a path
    step('undone', scan, { data: () => ({ path: '' }), compensate: { job: remove, data: () => ({}) } });
    return end({
      after: [loaded, fetched],
      result: ({ fetch, load }) => {
        expectTypeOf(load).toEqualTypeOf<undefined>();
        return { path: fetch.path };
      },
    });
  },
);

// A flow is a contract: sent, awaited and listened to like any other.
expectTypeOf(importFlow).toExtend<AnyJob>();
expectTypeOf(importFlow).toExtend<FlowContract>();
expectTypeOf(importFlow.name).toEqualTypeOf<'import'>();
expectTypeOf<PayloadInput<typeof importFlow>>().toEqualTypeOf<{ url: string; at: string }>();
expectTypeOf<ResultOf<typeof importFlow>>().toEqualTypeOf<{ path: string }>();

// Without a result nothing has to be returned.
export const silent = flow('silent', { queue: 'imports', data }, (step) => {
  step('fetch', fetchFile, { data: (_, run) => ({ url: run.data.url }) });
});
expectTypeOf<ResultOf<typeof silent>>().toEqualTypeOf<undefined>();

// @ts-expect-error a flow with a result returns its end
flow('endless', { queue: 'imports', data, result: z.string() }, (step) => {
  step('fetch', fetchFile, { data: (_, run) => ({ url: run.data.url }) });
});
