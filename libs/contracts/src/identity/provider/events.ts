import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { personalIdentity } from '../personal.js';

const Provider = (action: 'INSERT' | 'DELETE') => ({
  entity: 'Provider',
  action,
  keys: ['provider_hash', 'user_id'] as const,
});

/** Why an identity of another issuer is somebody's here. */
export const linkReasons = ['linked', 'provisioned', 'verified-email', 'invited'] as const;

/**
 * An identity of another issuer is this person's. The stream is named by the keyed hash of issuer and subject, so one
 * append decides whose it is.
 */
export const ProviderLinked = event('ProviderLinked', {
  category: 'provider',
  subject: 'user_id',
  audit: Provider('INSERT'),
  data: z.object({
    provider_hash: z.string(),
    user_id: z.uuid(),
    issuer: z.string(),
    /** Short name of the issuer. */
    provider: z.string(),
    /** As people see it: `auth0|…`, `google-oauth2|…`. */
    provider_id: personalIdentity(),
    reason: z.enum(linkReasons),
    linked_at: z.iso.datetime(),
  }),
});

/** The identity is nobody's again. */
export const ProviderUnlinked = event('ProviderUnlinked', {
  category: 'provider',
  audit: Provider('DELETE'),
  data: z.object({ provider_hash: z.string(), user_id: z.uuid() }),
});

export const providerEvents = [ProviderLinked, ProviderUnlinked] as const;

export type ProviderEvent = EventOf<typeof ProviderLinked> | EventOf<typeof ProviderUnlinked>;
