// A namespace of the run's Redis with a producer, workers, and an operator who looks at them. Closed with its scope.
import { Operator } from '@acktor/core';
import { WorkerTrial } from '../worker/worker-trial.js';

export interface OperatorTrial extends AsyncDisposable {
  readonly trial: WorkerTrial;
  readonly operator: Operator;
}

export async function openOperatorTrial(): Promise<OperatorTrial> {
  const trial = await WorkerTrial.open();
  const operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
  const close = async () => {
    await operator.close();
    await trial[Symbol.asyncDispose]();
  };
  return { trial, operator, [Symbol.asyncDispose]: close };
}
