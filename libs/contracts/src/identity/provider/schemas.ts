import { z } from 'zod';

/** An access or ID token of a trusted issuer, as it came. */
export const LinkProviderBody = z.strictObject({ token: z.string().min(1).max(8192) });

/** An identity of another issuer with which its person signs in. */
export const Provider = z.object({
  /** `<provider>|<subject>`, as the issuer writes it where it names its providers itself. */
  provider_id: z.string(),
  provider: z.string(),
  issuer: z.string(),
  linked_at: z.iso.datetime(),
});
export const Providers = z.object({ data: z.array(Provider) });
