// How one option is described: its type, default, bounds and doc, in one literal.

/** What every option says about itself. */
interface OptionDoc {
  /** A sentence for the reference and for the hover text in an editor. */
  readonly doc: string;
  /** What to do instead: the option is taken, with a warning once in a process. */
  readonly deprecated?: string;
}

/** Whole milliseconds, whole bytes, a whole count, or a share from 0 to 1. */
export interface NumberOption extends OptionDoc {
  readonly type: 'ms' | 'bytes' | 'count' | 'share';
  readonly default?: number;
  /** Default 0. */
  readonly min?: number;
  /** Default: 1 for a share, the largest safe whole number for the others. */
  readonly max?: number;
  /** Why a value beyond either bound is wrong: `{ min: 'a lease shorter than a second is lost to a garbage collection' }`. */
  readonly because?: { readonly min?: string; readonly max?: string };
  /** A text that may be given in place of a number: `'forever'`. */
  readonly orText?: string;
  readonly required?: true;
}

export interface BooleanOption extends OptionDoc {
  readonly type: 'boolean';
  readonly default?: boolean;
  readonly required?: true;
}

export interface StringOption extends OptionDoc {
  readonly type: 'string';
  readonly default?: string;
  /** What it has to be, for messages and the reference: "a Redis URL". Left out where any text will do. */
  readonly expected?: string;
  /** Whether the text is that. Left out where the caller checks it, with an error of its own. */
  readonly accepts?: (text: string) => boolean;
  /** What to do, of a value that is wrong, in brackets at the end of the message; undefined for nothing. */
  readonly hint?: (given: unknown) => string | undefined;
  /** Whether no message may repeat it. */
  readonly isSecret?: true;
  readonly required?: true;
}

/** One of a few texts. */
export interface ChoiceOption extends OptionDoc {
  readonly type: 'choice';
  readonly of: readonly string[];
  readonly default?: string;
  readonly required?: true;
}

/** Anything that a guard accepts: a function, a connection, a class. Passed through as it is. */
export interface ValueOption extends OptionDoc {
  readonly type: 'value';
  /** With an article, for messages: "a pino logger". */
  readonly expected: string;
  readonly accepts: (value: unknown) => value is unknown;
  /** What to do, of a value that is wrong, in brackets at the end of the message; undefined for nothing. */
  readonly hint?: (given: unknown) => string | undefined;
  /** For an array: what each item has to be. A message names the first that is not. */
  readonly item?: { readonly expected: string; readonly accepts: (item: unknown) => boolean };
  /** Whether no message may repeat it. */
  readonly isSecret?: true;
  readonly default?: unknown;
  readonly required?: true;
}

/** Options within an option, checked by a table of their own. Left out unless given or defaulted. */
export interface GroupOption extends OptionDoc {
  readonly type: 'group';
  readonly of: OptionTable;
  /** What may be given in place of such an object, and is passed through as it is. */
  readonly or?: { readonly expected: string; readonly accepts: (value: unknown) => value is unknown };
  readonly default?: object;
  readonly required?: true;
}

/** A name that an option had before. What is given under it counts for the option, with a warning once in a process. */
export interface RenamedOption {
  readonly type: 'renamed';
  /** The option's name now, in the same table. */
  readonly renamedTo: string;
}

export type OptionSpec =
  NumberOption | BooleanOption | StringOption | ChoiceOption | ValueOption | GroupOption | RenamedOption;

/** Options by name. */
export interface OptionTable {
  readonly [name: string]: OptionSpec;
}

/** The values of a table once checked: those with a default, or required, are always there. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table as Table[Name] extends RenamedOption ? never : Name]:
    ValueOf<Table[Name]> | (IsAlwaysThere<Table[Name]> extends true ? never : undefined);
};

/** What a user may pass: everything optional but what is required. */
export type OptionsInput<Table extends OptionTable> = {
  readonly [Name in RequiredNames<Table>]: OptionInput<Table, Name>;
} & {
  readonly [Name in Exclude<keyof Table, RequiredNames<Table>>]?: OptionInput<Table, Name> | undefined;
};

/** What a user may pass for one option; for a former name what the option takes, and nothing for a name that the table lacks. */
export type OptionInput<Table extends OptionTable, Name extends PropertyKey> = Name extends keyof Table
  ? Given<Table, Name>
  : never;

type Given<Table extends OptionTable, Name extends keyof Table> = Table[Name] extends {
  readonly type: 'renamed';
  readonly renamedTo: infer Now extends keyof Table;
}
  ? InputOf<Table[Now]>
  : InputOf<Table[Name]>;

type ValueOf<Spec> = Spec extends { readonly type: 'group'; readonly of: infer Inner extends OptionTable }
  ? OptionValues<Inner> | OtherOf<Spec>
  : InputOf<Spec>;

/** What a group takes besides its object. */
type OtherOf<Spec> = Spec extends { readonly or: { readonly accepts: (value: unknown) => value is infer Value } }
  ? Value
  : never;

type InputOf<Spec> = Spec extends { readonly type: 'ms' | 'bytes' | 'count' | 'share' }
  ? number | (Spec extends { readonly orText: infer Text extends string } ? Text : never)
  : Spec extends { readonly type: 'boolean' }
    ? boolean
    : Spec extends { readonly type: 'string' }
      ? string
      : Spec extends { readonly type: 'choice'; readonly of: readonly (infer Choice)[] }
        ? Choice
        : Spec extends { readonly type: 'value'; readonly accepts: (value: unknown) => value is infer Value }
          ? Value
          : Spec extends { readonly type: 'group'; readonly of: infer Inner extends OptionTable }
            ? OptionsInput<Inner> | OtherOf<Spec>
            : never;

type IsAlwaysThere<Spec> = Spec extends { readonly required: true } | { readonly default: {} } ? true : false;

type RequiredNames<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends { readonly required: true } ? Name : never;
}[keyof Table];
