import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';
import { oneLine } from '../personal.js';
import { AccountPolicies } from './policies.js';

export { AccountPolicies };

/** An account's name in addresses: lower case letters, digits and single hyphens, 3 to 40 characters. */
export const Slug = z.string().regex(/^(?=.{3,40}$)[a-z0-9]+(-[a-z0-9]+)*$/);

/** An account, by its id or by its slug. */
export const AccountSelector = z.union([z.uuid(), Slug]);

export const Account = z.object({
  id: z.uuid(),
  name: z.string(),
  slug: z.string(),
  domain: z.string().nullable(),
  kind: z.enum(['home', 'team']),
  policies: AccountPolicies,
  role: z.enum(builtInRoles).nullable(),
  created_at: z.iso.datetime(),
});

/** What an account is called. Another team's account may not be called the same, whatever the case. */
const AccountName = oneLine(100);

/** A mail domain, in Unicode or in its ASCII form. Only who has proved an address in it may name it. */
const Domain = z.string().trim().min(3).max(253);

export const NewAccount = z.strictObject({
  name: AccountName,
  /** Made from the name when it is not given. */
  slug: Slug.optional(),
  domain: Domain.optional(),
});

/** The whole of what can be changed. */
export const AccountUpdate = z.strictObject({
  name: AccountName,
  slug: Slug,
  domain: Domain.nullable(),
  policies: AccountPolicies,
});
