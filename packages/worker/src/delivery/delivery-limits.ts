// How large the values and texts of a delivery may be.
import type { JsonLimits } from '@acktor/core';
import type { TextLimits } from '@acktor/core/broker';

/** Of what crosses to the queue: refused above them where it has a form (payload, result, progress), else cut. */
export interface DeliveryLimits extends JsonLimits, TextLimits {}
