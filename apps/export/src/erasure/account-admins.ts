import type { AccountEvent, DomainEvent } from '@annals/contracts';
import type { Aggregate, EventStore } from '@annals/event-store';

interface Admins {
  running: boolean;
  ids: readonly string[];
}

/** Those who run an account, from identity's own stream of it. */
const accountAdmins: Aggregate<Admins> = {
  category: 'account',
  initial: { running: false, ids: [] },
  evolve(state, happened: DomainEvent) {
    const event = happened as AccountEvent;
    switch (event.type) {
      case 'AccountCreated':
        return { running: true, ids: [event.data.created_by_id] };
      case 'AccountClosed':
      case 'AccountAbandoned':
        return { ...state, running: false };
      case 'AccountRestored':
        return { ...state, running: true };
      case 'AccountAdminAdded':
        return { ...state, ids: [...state.ids.filter((id) => id !== event.data.user_id), event.data.user_id] };
      case 'AccountAdminRemoved':
        return { ...state, ids: state.ids.filter((id) => id !== event.data.user_id) };
      default:
        return state;
    }
  },
};

/** Whether nobody but this person runs an open account. */
export async function isLastAdmin(
  store: Pick<EventStore, 'load'>,
  accountId: string,
  userId: string,
): Promise<boolean> {
  const { state } = await store.load(accountAdmins, accountId);
  return state.running && state.ids.length === 1 && state.ids[0] === userId;
}
