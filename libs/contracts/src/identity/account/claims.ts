import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

export const SlugClaimed = event('SlugClaimed', {
  category: 'slug',
  audit: { entity: 'Slug', action: 'INSERT', keys: ['slug'] },
  data: z.object({ slug: z.string(), account_id: z.uuid() }),
});

export const claimEvents = [SlugClaimed] as const;

export type SlugEvent = EventOf<typeof SlugClaimed>;
