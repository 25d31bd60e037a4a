// The words for one queue that the engines' conformance uses, which its package keeps to itself. Types come with the build, values from it.
import type * as TestQueueModule from '../../packages/testing/dist/conformance/test-queue.js';

const path = new URL('../../../packages/testing/dist/conformance/test-queue.js', import.meta.url).href;

export const { ack, deadLetter, leaseOf, outgoing, requeue, retry, TestQueue } = (await import(
  path
)) as typeof TestQueueModule;
export type TestQueue = TestQueueModule.TestQueue;
