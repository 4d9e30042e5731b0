import { erasingAs } from '@annals/service';
import { shutOut } from '../user/bar-person.js';
import { deleteUser } from '../user/delete-user.js';
import { isKnown, users } from '../user/user.js';
import { counted, type Removal } from './parts.js';
import { noteErased } from './rows.js';

/**
 * Puts a person out everywhere, before anything else goes: the fact that they were deleted, the marker that gateways compare
 * on each request, and every session. Who was deleted before is put out again, for a sign-in that was under way.
 */
export const putOut: Removal = async ({ identity }, erasure) => {
  const { user_id } = erasure.holder;
  await noteErased(identity.pool, user_id);
  const { state: user } = await identity.store.load(users, user_id);
  if (!isKnown(user)) return 0;
  const asking = erasingAs(erasure, 'delete the person');
  const { events, kind } = await identity.store.execute(users, user_id, {
    ...{ id: asking.commandId, context: asking.context, now: asking.now },
    accountId: user.managed_by ?? user.home_account_id,
    decide: (state) => deleteUser(state, { now: asking.now, deleted_by_id: null }),
  });
  await shutOut(identity, asking, user_id, 'user-deleted', events[0]?.id ?? asking.commandId);
  return counted(kind === 'appended');
};
