import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';
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
