import { z } from 'zod';
import { event, type AuditAction, type EventOf } from '../../event.js';

/** What claims of every kind say besides their value. */
const claim = {
  account_id: z.uuid(),
  claimed_at: z.iso.datetime().nullable().default(null),
  /** Revision of the account that the claim was made for, and that the account must still have when it takes the value. */
  account_revision: z.number().int().nullable().default(null),
};

const audit = <K extends string>(entity: string, action: AuditAction, key: K) => ({
  ...{ entity, action },
  keys: [key] as const,
});

/** Streams of claims are named by the keyed hash of what is claimed, so one append decides who has it. */
export const SlugClaimed = event('SlugClaimed', {
  category: 'slug',
  audit: audit('Slug', 'INSERT', 'slug'),
  data: z.object({ slug: z.string(), ...claim }),
});

export const SlugReleased = event('SlugReleased', {
  category: 'slug',
  audit: audit('Slug', 'DELETE', 'slug'),
  data: z.object({ slug: z.string(), account_id: z.uuid() }),
});

export const AccountNameClaimed = event('AccountNameClaimed', {
  category: 'accountname',
  audit: audit('AccountName', 'INSERT', 'name'),
  data: z.object({ name: z.string(), ...claim }),
});

export const AccountNameReleased = event('AccountNameReleased', {
  category: 'accountname',
  audit: audit('AccountName', 'DELETE', 'name'),
  data: z.object({ name: z.string(), account_id: z.uuid() }),
});

export const DomainClaimed = event('DomainClaimed', {
  category: 'domain',
  audit: audit('Domain', 'INSERT', 'domain'),
  data: z.object({ domain: z.string(), ...claim }),
});

export const DomainReleased = event('DomainReleased', {
  category: 'domain',
  audit: audit('Domain', 'DELETE', 'domain'),
  data: z.object({ domain: z.string(), account_id: z.uuid() }),
});

export const claimEvents = [
  SlugClaimed,
  SlugReleased,
  AccountNameClaimed,
  AccountNameReleased,
  DomainClaimed,
  DomainReleased,
] as const;

export type ClaimEvent = EventOf<(typeof claimEvents)[number]>;
