import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

/** An account: a tenant. The name is an organisation's; a home account is called Home, so no person's name stands here. */
export const AccountCreated = event('AccountCreated', {
  category: 'account',
  audit: { entity: 'Account', action: 'INSERT', keys: ['account_id'] },
  data: z.object({
    account_id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    kind: z.enum(['home', 'team']),
    created_by_id: z.uuid(),
    created_at: z.iso.datetime(),
  }),
});

export const accountEvents = [AccountCreated] as const;

export type AccountEvent = EventOf<typeof AccountCreated>;
