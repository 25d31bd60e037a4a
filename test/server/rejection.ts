// What a promise rejects with, as the class it ought to be.
import { expect } from 'chai';

export async function rejection<E extends Error>(
  promise: Promise<unknown>,
  expected: abstract new (...args: never[]) => E,
): Promise<E> {
  const outcome = await promise.then(
    () => new Error('it resolved'),
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(expected);
  return outcome as E;
}
