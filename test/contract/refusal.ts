// Catches what a call throws or rejects with, typed, so that tests can look at its fields.

export async function refusal<E extends Error>(
  ErrorClass: abstract new (...args: never[]) => E,
  call: () => unknown,
): Promise<E> {
  try {
    await call();
  } catch (error) {
    if (error instanceof ErrorClass) return error;
    throw error;
  }
  throw new Error(`expected ${ErrorClass.name}, but nothing was thrown`);
}
