// Jobs of a small shop, for a fleet to look at.
import { job } from '@acktor/core';
import { z } from 'zod';

const order = z.object({ orderId: z.string(), card: z.string(), note: z.string() });

export const chargeCard = job('charge-card', { queue: 'payments', data: order, attempts: 3 });
export const sendMail = job('send-mail', { queue: 'mails', data: order, attempts: 2 });
export const resizeImage = job('resize-image', { queue: 'thumbnails', data: order });
