import { z } from 'zod';
import { CursorMeta } from '../../activity/log-list.js';
import { pageQuery, route } from '../../route.js';
import { HistoryEntry } from './schemas.js';

const own = {
  owner: 'profile',
  method: 'GET',
  access: { kind: 'user' },
  query: z.object({
    limit: pageQuery.limit,
    /** `meta.next_cursor` of the answer before. */
    cursor: z.string().max(512).optional(),
  }),
  responses: { 200: z.object({ data: z.array(HistoryEntry), meta: CursorMeta }) },
} as const;

export const listProfileHistoryRoute = route('listProfileHistory', {
  ...own,
  path: '/users/profile/history',
  tag: 'Profile',
  summary: 'What happened to your profile in this account, newest first: fields, privacy, picture, verification',
});

export const listPreferencesHistoryRoute = route('listPreferencesHistory', {
  ...own,
  path: '/users/preferences/history',
  tag: 'Preferences',
  summary: 'What happened to your preferences in this account, newest first',
});

export const historyRoutes = [listProfileHistoryRoute, listPreferencesHistoryRoute] as const;
