import { giveFeedbackRoute as route } from '@annals/contracts';
import { accountStream, derivedId, type EventStore } from '@annals/event-store';
import { type MountedRoute, mount, written } from '@annals/service';
import { personOf } from '../person.js';
import { decideGive, feedback, standing } from './feedback.js';

/** POST /users/activity/feedback */
export const giveFeedback = (store: EventStore): MountedRoute =>
  mount(route, async ({ context, body, commandId, commandHash, now }) => {
    const owner = personOf(context);
    const command = { ...owner, ...body, feedback_id: derivedId(commandId, 'feedback'), now };
    const outcome = await store.execute(feedback, accountStream(owner.account_id, owner.user_id), {
      ...{ id: commandId, hash: commandHash, context, now },
      decide: (state) => decideGive(command, state),
    });
    // A repetition may come on another day than the answer was given on.
    const said = outcome.events[0]?.data.feedback_id;
    const answer = written(outcome, (state) =>
      said === undefined ? standing(state, body.topic, now) : state.answers.find(({ id }) => id === said),
    );
    // The stream's revision is no version of anything a client knows.
    return { ...answer, revision: null };
  });
