// Compiled, never run: the types that a table of options gives to its users.
import { defineOptions, type OptionsInput } from '@acktor/core/engine';
import { expectTypeOf } from 'expect-type';

const isDate = (value: unknown): value is Date => value instanceof Date;

export const options = defineOptions({
  leaseMs: { type: 'ms', default: 15_000, doc: '' },
  maxBytes: { type: 'bytes', doc: '' },
  name: { type: 'string', required: true, doc: '' },
  isQuiet: { type: 'boolean', default: false, doc: '' },
  durability: { type: 'choice', of: ['require', 'off'], default: 'require', doc: '' },
  since: { type: 'value', expected: 'a Date', accepts: isDate, doc: '' },
  retry: { type: 'group', of: { times: { type: 'count', default: 1, doc: '' } }, doc: '' },
});

expectTypeOf(options.check({ name: 'n' })).toEqualTypeOf<{
  readonly leaseMs: number;
  readonly maxBytes: number | undefined;
  readonly name: string;
  readonly isQuiet: boolean;
  readonly durability: 'require' | 'off';
  readonly since: Date | undefined;
  readonly retry: { readonly times: number } | undefined;
}>();

options.check({ name: 'n', leaseMs: undefined, durability: 'off', since: new Date(), retry: {} });

// @ts-expect-error name is required
options.check({});
// @ts-expect-error there is no such choice
options.check({ name: 'n', durability: 'warn' });
// @ts-expect-error the name is leaseMs
options.check({ name: 'n', leaseMS: 1 });
// @ts-expect-error a text is not a number
options.check({ name: 'n', leaseMs: '15s' });
// @ts-expect-error what the guard accepts is what may be passed
options.check({ name: 'n', since: 0 });
// @ts-expect-error there is no such type of option
defineOptions({ a: { type: 'seconds', doc: '' } });
// @ts-expect-error every option is documented
defineOptions({ a: { type: 'ms' } });

// A table in which nothing is required may be left out altogether.
const optional = defineOptions({ leaseMs: { type: 'ms', default: 1, doc: '' } });
optional.check();
export type Input = OptionsInput<{ readonly a: { readonly type: 'ms'; readonly doc: '' } }>;
expectTypeOf<Input>().toExtend<{ readonly a?: number | undefined }>();

// A former name takes what the option takes, and no value stands under it.
export const renamed = defineOptions({
  leaseMs: { type: 'ms', default: 1, doc: '' },
  lockMs: { type: 'renamed', renamedTo: 'leaseMs' },
});
expectTypeOf(renamed.check({ lockMs: 5 })).toEqualTypeOf<{ readonly leaseMs: number }>();
// @ts-expect-error it takes a number, as leaseMs does
renamed.check({ lockMs: '5' });
