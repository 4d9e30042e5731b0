import { erasingAs } from '@annals/service';
import { emails } from '../email/email.js';
import { releaseEmail } from '../email/release-email.js';
import { addressesOf } from './addresses.js';
import { counted, type Removal } from './parts.js';

/** Gives addresses back: whoever asks for one from now on is somebody new. One that somebody else has by now stays theirs. */
export const releaseAddresses: Removal = async ({ identity }, erasure) => {
  const { store } = identity;
  const { user_id } = erasure.holder;
  const { claimed } = await addressesOf(store, user_id);
  let released = 0;
  for (const email_hash of claimed) {
    const { commandId: id, context, now } = erasingAs(erasure, `release ${email_hash}`);
    const { kind } = await store.execute(emails, email_hash, {
      ...{ id, context, now },
      decide: (state) => releaseEmail(state, { email_hash, user_id, reason: 'erased' }),
    });
    released += counted(kind === 'appended');
  }
  return released;
};
