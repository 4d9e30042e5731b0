import { z } from 'zod';
import { route } from '../../route.js';
import { ReplaceRetention, Retention, RetentionPreview } from './schemas.js';

const ofAccount = {
  owner: 'activity',
  tag: 'Retention',
  path: '/accounts/{id}/retention',
  params: z.object({ id: z.uuid() }),
  access: { kind: 'permission', permission: 'MANAGE_RETENTION' },
} as const;

export const getRetentionRoute = route('getRetention', {
  ...ofAccount,
  method: 'GET',
  summary: 'How many days the account keeps activity, analytics, audit entries and addresses',
  responses: { 200: Retention },
});

export const replaceRetentionRoute = route('replaceRetention', {
  ...ofAccount,
  method: 'PUT',
  summary: 'Choose how long things are kept, or see by a dry run what would go',
  body: ReplaceRetention,
  responses: { 200: z.union([Retention, RetentionPreview]) },
  ifMatch: 'optional',
});

export const retentionRoutes = [getRetentionRoute, replaceRetentionRoute] as const;
