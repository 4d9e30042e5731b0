import { activityPart } from './activity/part.js';
import { auditPart } from './audit/part.js';
import { checkpointPart } from './checkpoint/part.js';
import { engagementPart } from './engagement/part.js';
import { type Part } from './part.js';

/** Everything this service does. */
export const parts: readonly Part[] = [auditPart, checkpointPart, activityPart, engagementPart];
