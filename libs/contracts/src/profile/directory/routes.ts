import { z } from 'zod';
import { CursorMeta } from '../../activity/log-list.js';
import { route } from '../../route.js';
import { DirectoryEntry, DirectoryQuestion } from './schemas.js';

export const getDirectoryRoute = route('getDirectory', {
  owner: 'profile',
  access: { kind: 'user' },
  method: 'GET',
  path: '/directory',
  tag: 'Directory',
  summary: 'Members of the account who can be found, by the alphabet or by name or handle, slips forgiven',
  query: z.strictObject({
    /** Beginnings of words of the name or handle. Best first: this very handle, what begins so, what is spelled much so. */
    q: DirectoryQuestion.optional(),
    limit: z.coerce.number().int().min(1).max(50).default(20),
    /** `meta.next_cursor` of the answer before. Valid for the same account and the same `q` only. */
    cursor: z.string().min(1).max(4096).optional(),
  }),
  responses: { 200: z.object({ data: z.array(DirectoryEntry), meta: CursorMeta }) },
});

export const directoryRoutes = [getDirectoryRoute] as const;
