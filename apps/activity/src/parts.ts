import { activityPart } from './activity/part.js';
import { analyticsPart } from './analytics/part.js';
import { auditPart } from './audit/part.js';
import { checkpointPart } from './checkpoint/part.js';
import { engagementPart } from './engagement/part.js';
import { erasurePart } from './erasure/part.js';
import { feedbackPart } from './feedback/part.js';
import { parkedPart } from './parked/part.js';
import { type Part } from './part.js';
import { retentionPart } from './retention/part.js';

const own: readonly Part[] = [
  auditPart,
  checkpointPart,
  activityPart,
  engagementPart,
  feedbackPart,
  analyticsPart,
  parkedPart,
];

const kept: readonly Part[] = [...own, retentionPart(own)];

/** Everything this service does; how long things are kept, and how people are erased, is a matter of all of them. */
export const parts: readonly Part[] = [...kept, erasurePart(kept)];
