import { serviceIdentity } from '@annals/auth';
import { Problem, type CurrentUserContext, type ErasedHolder } from '@annals/contracts';
import { accountStream, derivedId, type Aggregate, type EventStore } from '@annals/event-store';

/** As whom a service removes what it holds of somebody who was erased. */
export const erasingPrincipal = 'svc:erasure';

/** That a holder was erased, as the log has it. */
export interface RecordedErasure {
  holder: ErasedHolder;
  erasure_id: string;
  /** RFC 3339. What came later is of somebody else, or of a new beginning. */
  erased_at: string;
}

/** What was erased of a holder last; its stream is `erased-<user>`, or `erased-<account>_<user>`. */
export const erasures: Aggregate<RecordedErasure | null> = {
  category: 'erased',
  initial: null,
  evolve: (_before, { data }) => ({
    holder: { account_id: data.account_id as string | null, user_id: String(data.user_id) },
    erasure_id: String(data.erasure_id),
    erased_at: String(data.erased_at),
  }),
};

/** Id of a holder's stream. */
export const erasureStream = ({ account_id, user_id }: ErasedHolder): string =>
  account_id === null ? user_id : accountStream(account_id, user_id);

type Reader = Pick<EventStore, 'load'>;

/** That a holder was erased; null while that is no fact. */
export const erasureOf = async (store: Reader, holder: ErasedHolder): Promise<RecordedErasure | null> =>
  (await store.load(erasures, erasureStream(holder))).state;

/** @throws Problem 410 `subject-erased` when the account, or everybody, has erased the person */
export async function refuseErased(store: Reader, { account_id, user_id }: ErasedHolder): Promise<void> {
  const [here, everywhere] = await Promise.all([
    erasureOf(store, { account_id, user_id }),
    account_id === null ? null : erasureOf(store, { account_id: null, user_id }),
  ]);
  if (here ?? everywhere) throw subjectErased();
}

export const subjectErased = () =>
  new Problem(410, 'subject-erased', 'The personal data of this person has been erased.');

/**
 * What an eraser goes by: nothing is removed on a word alone.
 * @throws Problem 409 `not-erased` when no fact says that the holder was erased
 */
export async function requireErasure(store: Reader, holder: ErasedHolder): Promise<RecordedErasure> {
  const erasure = await erasureOf(store, holder);
  if (!erasure) throw new Problem(409, 'not-erased', 'Nobody has erased this person: there is nothing to remove');
  return erasure;
}

/** What an eraser's commands say to the store: the same step of the same erasure is the same command. */
export interface ErasingAsk {
  commandId: string;
  context: CurrentUserContext;
  /** RFC 3339: when it is done, which is later than the erasure. */
  now: string;
}

/** @param step names it among all steps of the erasure in this holder */
export function erasingAs({ holder, erasure_id }: RecordedErasure, step: string, now = new Date()): ErasingAsk {
  const commandId = derivedId(erasure_id, `${erasureStream(holder)} ${step}`);
  const at = now.toISOString();
  return {
    commandId,
    context: {
      ...serviceIdentity(erasingPrincipal, { userId: holder.user_id, accountId: holder.account_id }),
      ...{ request_id: commandId, transaction_id: erasure_id, correlation_id: erasure_id, causation_id: erasure_id },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: at },
    },
    now: at,
  };
}
