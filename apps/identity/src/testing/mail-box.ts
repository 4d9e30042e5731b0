import { emails } from '../email/email.js';
import type { IdentityService } from './identity-service.js';

/** A mail as the development mail box shows it. */
export interface ShownMail {
  subject: string;
  text: string;
  links: string[];
  codes: string[];
}

/** Mails of a subject that an address has got, newest first, once everything that sends some is done. */
export async function mailTo(service: IdentityService, email: string, subject: string): Promise<ShownMail[]> {
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return (body.data as ShownMail[]).filter((mail) => mail.subject === subject);
}

/** Whose an address is. */
export async function holderOf({ identity }: IdentityService, email: string): Promise<string> {
  const { state } = await identity.store.load(emails, identity.secrets.emailHash(email));
  if (state.kind !== 'claimed') throw new Error(`nobody has ${email}`);
  return state.user_id;
}
