import { withdrawFeedbackRoute as route } from '@annals/contracts';
import { accountStream, type EventStore } from '@annals/event-store';
import { type MountedRoute, mount, written } from '@annals/service';
import { personOf } from '../person.js';
import { decideWithdraw, feedback } from './feedback.js';

/** DELETE /users/activity/feedback/{feedback_id}: one's own answer, that of somebody else is as unknown as none. */
export const withdrawFeedback = (store: EventStore): MountedRoute =>
  mount(route, async ({ context, params, commandId, commandHash, now }) => {
    const owner = personOf(context);
    const outcome = await store.execute(feedback, accountStream(owner.account_id, owner.user_id), {
      ...{ id: commandId, hash: commandHash, context, now },
      decide: (state) => decideWithdraw({ ...owner, ...params, now }, state),
    });
    return { ...written(outcome, () => undefined, 204), revision: null };
  });
