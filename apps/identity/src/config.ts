import { JwtIssuers } from '@annals/auth';
import { baseConfig, secretKey } from '@annals/service';
import { z } from 'zod';
import { auth0Config, auth0Problem } from './idp/auth0-settings.js';

const flag = (byDefault: boolean) =>
  z
    .enum(['true', 'false'])
    .default(byDefault ? 'true' : 'false')
    .transform((value) => value === 'true');

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
const origins = z
  .string()
  .default('')
  .transform((list) => (list.trim() === '' ? [] : list.split(',').map((origin) => origin.trim())))
  .refine((list) => list.every(isOrigin), 'is a list of origins like https://annals.example, without paths');

/** Whether a page at `origin` may use passkeys that belong to the domain of `publicUrl` (WebAuthn §5.1.3). */
const sharesDomain = (origin: string, publicUrl: string) =>
  `.${new URL(origin).hostname}`.endsWith(`.${new URL(publicUrl).hostname}`);

/** Settings of the identity service. */
export const identityConfig = z
  .object({
    ...baseConfig,
    PUBLIC_URL: z.url().describe('Where people reach Annals; issuer of its tokens'),
    LOOKUP_SECRET: secretKey.describe(
      'Keys the hashes in stream names; never changes: 32 bytes in base64, or file:<path>',
    ),
    JWT_ISSUERS: JwtIssuers.prefault('[]').describe('Other trusted token issuers, as a JSON list'),
    PASSKEY_ORIGINS: origins.describe(
      'Further origins whose pages may use passkeys, separated by commas; the one of PUBLIC_URL always may',
    ),
    USER_SESSION_TIMEOUT: z.coerce.number().int().positive().default(3600).describe('Idle seconds that end a session'),
    SESSION_LIFETIME: z.coerce
      .number()
      .int()
      .positive()
      .default(30 * 86_400)
      .describe('Seconds that end a session, however much it is used'),
    ELEVATED_SESSION_TIMEOUT: z.coerce
      .number()
      .int()
      .positive()
      .default(1800)
      .describe('Idle seconds that end the session of a super admin'),
    ELEVATED_SESSION_LIFETIME: z.coerce
      .number()
      .int()
      .positive()
      .default(12 * 3600)
      .describe('Seconds that end the session of a super admin, however much it is used'),
    GEOIP_DATABASE: z
      .string()
      .optional()
      .describe('File of places in MMDB format, by country or city; countries come built in'),
    MAX_LOGIN_ATTEMPTS: z.coerce.number().int().positive().default(5).describe('Wrong passwords without a delay'),
    PASSWORD_MIN_LENGTH: z.coerce
      .number()
      .int()
      .min(8)
      .default(8)
      .describe('Shortest password, in characters; 15 is the advice where no second factor is asked for'),
    REQUIRE_VERIFIED_EMAIL: flag(false).describe('Refuse sign-in until the address is verified'),
    SIGNING_KEY_DAYS: z.coerce.number().positive().default(30).describe('How long one token key signs'),
    DEV_MAIL: flag(false).describe('Keep mail in MAIL_DIR and show it at /dev/mail'),
    MAIL_DIR: z.string().default('.data/mail').describe('Folder of kept mail'),
    SMTP_URL: z
      .url({ protocol: /^smtps?$/ })
      .optional()
      .describe('Server that mail goes out through'),
    MAIL_FROM: z.string().default('Annals <no-reply@annals.test>').describe('Sender of mail'),
    ...auth0Config,
    SEED_DEMO: flag(false).describe('Make the demo accounts and users after the start'),
  })
  .refine((config) => config.PASSKEY_ORIGINS.every((origin) => sharesDomain(origin, config.PUBLIC_URL)), {
    path: ['PASSKEY_ORIGINS'],
    message: 'has an origin outside the domain of PUBLIC_URL: no browser lets it use those passkeys',
  })
  .refine((config) => config.DEV_MAIL || config.SMTP_URL, {
    path: ['SMTP_URL'],
    message: 'is missing, and DEV_MAIL is off: mail has nowhere to go',
  })
  .superRefine((config, context) => {
    const message = auth0Problem(config);
    if (message) context.addIssue({ code: 'custom', path: ['AUTH0_DOMAIN'], message });
  })
  .refine((config) => config.NODE_ENV !== 'production' || !(config.DEV_MAIL || config.SEED_DEMO), {
    path: ['DEV_MAIL'],
    message: 'and SEED_DEMO are for development: production shows mail to nobody and has no demo passwords',
  });

export type IdentityConfig = z.output<typeof identityConfig>;
