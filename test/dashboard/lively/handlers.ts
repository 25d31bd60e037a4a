// Handlers that take their time, and fail now and then.
import { setTimeout as sleep } from 'node:timers/promises';
import { handlerOf } from '../../handler/handler-of.js';
import { chargeCard, resizeImage, sendMail } from './jobs.js';

export const ChargeCard = handlerOf(chargeCard, ({ signal }) => work(900, 0.08, signal));
export const SendMail = handlerOf(sendMail, ({ signal }) => work(150, 0.02, signal));
export const ResizeImage = handlerOf(resizeImage, ({ signal }) => work(2_500, 0.04, signal));

async function work(usualMs: number, failing: number, signal: AbortSignal): Promise<void> {
  const isStuck = Math.random() < 0.01;
  await sleep(usualMs * (0.3 + Math.random() * 1.4) * (isStuck ? 15 : 1), undefined, { signal });
  if (Math.random() < failing) throw new Error(REASONS[Math.floor(Math.random() * REASONS.length)]);
}

const REASONS = ['gateway answered 502', 'expected an image, got <img src=x onerror=alert(1)>', 'the address bounced'];
