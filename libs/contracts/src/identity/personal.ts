import { z } from 'zod';
import { pii } from '../personal-data.js';

/**
 * An address as people type it, in the form Annals compares: trimmed, lower case, at most 254 characters (RFC 5321 §4.5.3.1.3).
 * The local part is compared without case, as every large mail provider does.
 */
export const EmailAddress = z.string().trim().toLowerCase().max(254).pipe(z.email());

/** One line of text a person typed. Control characters would travel into mail headers and terminals. */
export const oneLine = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'must be one line without control characters');

export const PersonName = oneLine(200);

/** An address of a picture: HTTPS, without a name or password in it. Browsers load it; no service of ours does. */
export const PictureUrl = z
  .url({ protocol: /^https$/ })
  .max(2048)
  .refine((text) => !/^https:\/\/[^/?#]*@/.test(text), 'must hold no name or password');

const account = { purpose: 'account', basis: 'contract', retention: 'account' } as const;
/** Security facts are kept a year, then the key of their period goes. */
const security = { purpose: 'security', basis: 'legitimate_interest', retention: 'P1Y' } as const;

/** The address a person signs in with. */
export const personalEmail = () => pii(z.string(), { category: 'contact', ...account });

/** What a person is called. */
export const personalName = () => pii(z.string(), { category: 'identity', ...account });

/** Where a picture of the person is kept by somebody else; it is shown as a link and never fetched. */
export const personalPicture = () => pii(z.string().nullable(), { category: 'identity', ...account });

/** What a device is called, or says it is. */
export const personalDevice = () => pii(z.string().nullable(), { category: 'online_identifier', ...security });

/** The country a person was seen in. */
export const personalCountry = () => pii(z.string(), { category: 'location', ...security });

/** Two places a person was seen in, and what lies between: kilometres and minutes. */
export const personalTravel = () =>
  pii(
    z.object({
      from_country: z.string(),
      to_country: z.string(),
      kilometres: z.number().int().nonnegative(),
      minutes: z.number().int().nonnegative(),
    }),
    { category: 'location', ...security },
  );

/** Full client address; stored only in facts about security. */
export const personalAddress = () => pii(z.string().nullable(), { category: 'online_identifier', ...security });

/** How another issuer names a person. */
export const personalIdentity = () => pii(z.string(), { category: 'online_identifier', ...account });
