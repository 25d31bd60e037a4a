// Versions of a payload: what a newer worker does with what an older producer sent.

import type { StandardSchemaV1 } from '@standard-schema/spec';
import { AcktorError, type OptionFault } from '../errors.js';
import { errorReason } from '../foreign-text/error-text.js';

/** A value that is there at once, or later. `await` takes both. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Makes a payload of one version into the next version's. Annotate its parameter as what the older version was; nothing has
 * validated it since it was sent. What it throws dead-letters the job.
 */
export type UpgradeStep<Next = unknown> = (older: never) => MaybePromise<Next>;

/** The steps of a contract, each under the version that it starts from. */
export type UpgradeSteps = Readonly<Record<number, UpgradeStep>>;

/** A step for each version before `Version`. The last one gives what the contract's schema takes. */
export type StepsTo<
  Version extends number,
  Payload extends StandardSchemaV1,
  Counted extends readonly unknown[] = [unknown],
  Steps = unknown,
> = Counted['length'] extends Version
  ? Steps
  : StepsTo<
      Version,
      Payload,
      [...Counted, unknown],
      Steps & {
        readonly [From in Counted['length']]: UpgradeStep<
          [...Counted, unknown]['length'] extends Version ? StandardSchemaV1.InferInput<Payload> : unknown
        >;
      }
    >;

/** What a contract says of the versions of its payload. */
export type VersionOptions<Version extends number, Payload extends StandardSchemaV1> = {
  /** The version of the payload that the schema describes, from 1 (the default) to 1,000. Raise it when old payloads no longer fit. */
  readonly version?: Version;
} & (Version extends 1
  ? { readonly upgrade?: never }
  : {
      /** From each earlier version to the next: `{ 1: (old: { euros: number }) => ({ cents: old.euros * 100 }) }`. */
      readonly upgrade: StepsTo<Version, Payload>;
    });

/** A step of `upgrade` threw. Trying again would only throw again. */
export class UpgradeError extends AcktorError {
  readonly code = 'ACKTOR_UPGRADE_FAILED';

  constructor(
    readonly job: string,
    readonly fromVersion: number,
    cause: unknown,
  ) {
    super(
      `payload of job ${job}: its upgrade from version ${fromVersion} to ${fromVersion + 1} threw: ${errorReason(cause)}`,
      {
        cause,
      },
    );
  }
}

/** A payload was sent by a newer contract than this one, which does not know what it means. */
export class NewerPayloadError extends AcktorError {
  readonly code = 'ACKTOR_NEWER_PAYLOAD';

  constructor(
    readonly job: string,
    readonly version: number,
    known: number,
  ) {
    super(
      `expected a payload of job ${job} of version ${known} at most, got ${version}: read it with the newer contract`,
    );
  }
}

/** What is wrong with the steps of a contract of this version: one for each earlier version is needed, and no other. */
export function upgradeFaults(version: number, upgrade: UpgradeSteps): readonly OptionFault[] {
  const earlier = Array.from({ length: version - 1 }, (_, i) => i + 1);
  const missing = earlier.filter((from) => !Object.hasOwn(upgrade, from));
  const needless = Object.keys(upgrade).filter((from) => !earlier.includes(Number(from)));
  return [
    ...missing.map((from) => `expected upgrade to have a step from version ${from} to ${from + 1}, got none`),
    ...needless.map((from) => `expected the steps of upgrade to start below version ${version}, got one from ${from}`),
  ].map((message) => ({ option: 'upgrade', message }));
}

export function isUpgradeSteps(value: unknown): value is UpgradeSteps {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((step) => typeof step === 'function');
}

/** The contract's part that an upgrade needs. */
interface Versioned {
  readonly name: string;
  readonly version: number;
  readonly upgrade: UpgradeSteps;
}

/** Takes a payload of version `from` through every step to the contract's own. @throws UpgradeError, as a rejection. */
export async function upgradePayload(job: Versioned, payload: unknown, from: number): Promise<unknown> {
  let upgraded = payload;
  for (let version = from; version < job.version; version += 1) {
    try {
      upgraded = await job.upgrade[version]?.(upgraded as never);
    } catch (cause) {
      throw new UpgradeError(job.name, version, cause);
    }
  }
  return upgraded;
}
