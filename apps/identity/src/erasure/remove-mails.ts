import { removeKeptMails } from '../mail/mail-folder.js';
import { addressesOf } from './addresses.js';
import type { Removal } from './parts.js';

/**
 * Removes mails to a person from the folder of development, where one is. The folder knows addresses and we know their keyed
 * hashes, so each mail is asked. A later one is for whoever has the address now.
 */
export const removeMails: Removal = async ({ identity, mailFolder }, { holder, erased_at }) => {
  if (mailFolder === null) return 0;
  const { claimed, asked } = await addressesOf(identity.store, holder.user_id);
  return removeKeptMails(
    mailFolder,
    ({ id, to, sent_at }) =>
      asked.has(id) || (claimed.has(identity.secrets.emailHash(to)) && Date.parse(sent_at) <= Date.parse(erased_at)),
  );
};
