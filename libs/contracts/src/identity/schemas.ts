import { z } from 'zod';
import { builtInRoles, permissions } from '../permissions.js';
import { EmailAddress, oneLine, PersonName } from './personal.js';

/** An account's name in addresses: lower case letters, digits and single hyphens, 3 to 40 characters. */
export const Slug = z.string().regex(/^(?=.{3,40}$)[a-z0-9]+(-[a-z0-9]+)*$/);

/** At least 8 characters; longer passphrases up to 256 are welcome and no kind of character is asked for (NIST 800-63B-4). */
const Password = z.string().max(256);

/** An account, by its id or by its slug. */
const AccountSelector = z.union([z.uuid(), Slug]);

export const RegisterBody = z.strictObject({ email: EmailAddress, password: Password, name: PersonName });
/** The same for a free and for a taken address. */
export const Accepted = z.object({ status: z.literal('accepted'), message: z.string() });

export const VerifyEmailBody = z.strictObject({ token: z.string().min(1).max(200) });
export const VerifiedEmail = z.object({ status: z.literal('verified') });
export const ResendVerificationBody = z.strictObject({ email: EmailAddress });

export const LoginBody = z.strictObject({
  email: EmailAddress,
  password: Password,
  /** What the person calls the device. */
  device_name: oneLine(100).optional(),
  /** The `device_id` of an earlier login on this device: keeps it one device, and open while others guess. */
  device_id: z.uuid().optional(),
  /** For which account the access token is; without it the home account, or the only membership. */
  account: AccountSelector.optional(),
});

export const AccountChoice = z.object({
  account_id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  role: z.enum(builtInRoles),
});

export const AccessToken = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds. */
  expires_in: z.number().int(),
  session_id: z.uuid(),
  user_id: z.uuid(),
  /** Null when the person belongs to several accounts and has not named one: then each request names it. */
  account_id: z.uuid().nullable(),
});
export type AccessTokenBody = z.infer<typeof AccessToken>;

export const SignedIn = AccessToken.extend({
  refresh_token: z.string(),
  device_id: z.uuid(),
  accounts: z.array(AccountChoice),
});

export const RefreshBody = z.strictObject({
  refresh_token: z.string().min(1).max(300),
  account: AccountSelector.optional(),
});
export const Refreshed = AccessToken.extend({ refresh_token: z.string() });

export const SwitchAccountBody = z.union([z.strictObject({ account_id: z.uuid() }), z.strictObject({ slug: Slug })]);

export const Session = z.object({
  id: z.uuid(),
  device_id: z.uuid(),
  device_name: z.string().nullable(),
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  auth_methods: z.array(z.string()),
  started_at: z.iso.datetime(),
  last_activity_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  current: z.boolean(),
});

export const Device = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
  user_agent: z.string().nullable(),
  first_seen_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  active_sessions: z.number().int(),
  current: z.boolean(),
});

export const SessionsEnded = z.object({ ended: z.number().int() });

export const Account = z.object({
  id: z.uuid(),
  name: z.string(),
  slug: z.string(),
  kind: z.enum(['home', 'team']),
  role: z.enum(builtInRoles).nullable(),
  created_at: z.iso.datetime(),
});

export const userStatuses = ['pending', 'active', 'disabled'] as const;

export const Member = z.object({
  user_id: z.uuid(),
  membership_id: z.string(),
  email: z.string(),
  name: z.string(),
  status: z.enum(userStatuses),
  role: z.enum(builtInRoles),
  since: z.iso.datetime(),
});

export const UserSummary = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  status: z.enum(userStatuses),
});

export const User = UserSummary.extend({
  profile_image: z.string().nullable(),
  is_super_admin: z.boolean(),
  provider_ids: z.array(z.string()),
  /** Memberships the caller may know of: those of the account that asks. */
  user_accounts: z.array(z.object({ account_id: z.uuid(), role: z.enum(builtInRoles) })),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  created_by_id: z.uuid().nullable(),
  updated_by_id: z.uuid().nullable(),
});

export const PermissionInfo = z.object({
  name: z.enum(permissions),
  description: z.string(),
  resource: z.string(),
  action: z.string(),
  conditions: z.array(z.string()),
});

export const RoleInfo = z.object({
  id: z.enum(builtInRoles),
  name: z.string(),
  built_in: z.literal(true),
  /** Place in the hierarchy, 0 the strongest; null outside it. */
  rank: z.number().int().nullable(),
  permissions: z.array(z.enum(permissions)),
});

export const DevMail = z.object({
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  links: z.array(z.string()),
  /** Codes to paste, such as the verification token. */
  codes: z.array(z.string()),
  sent_at: z.iso.datetime(),
});
