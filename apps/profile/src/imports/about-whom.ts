import { importedPersonName, Problem, type DomainEvent } from '@annals/contracts';
import { derivedId, type Aggregate, type EventStore } from '@annals/event-store';
import { type Owner, streamOf } from '../owner.js';

/** Whether somebody belongs to the account. */
const memberships: Aggregate<boolean> = {
  category: 'membership',
  initial: false,
  evolve: (member, { type }) => (type === 'MembershipGranted' ? true : type === 'MembershipEnded' ? false : member),
};

/** Whether the account may only keep what it knows about somebody, and do nothing else with it (GDPR Art. 18). */
const restrictions: Aggregate<boolean> = {
  category: 'hold',
  initial: false,
  evolve: (restricted, { type }) =>
    type === 'ProcessingRestricted' ? true : type === 'ProcessingRestrictionLifted' ? false : restricted,
};

/** The account one of whose imports made somebody known; null for everybody else. */
const origins: Aggregate<string | null> = {
  category: 'user',
  initial: null,
  evolve: (origin, { type, data }: DomainEvent) =>
    type === 'UserRegistered' && data.imported !== undefined ? (data.managed_by as string | null) : origin,
};

export interface Asked {
  import_id: string;
  overwrite: boolean;
  /** Who imports. */
  requester: string;
}

/**
 * How a row may write about a person. `merge`: what it says takes the place of what was said; `fill`: only what nobody
 * ever said anything about. About whom neither this import nor its person has anything to say it writes nothing.
 * @throws Problem 403 `person-not-imported`, 409 `member-not-found`, `processing-restricted`
 */
export async function aboutWhom(
  store: EventStore,
  { import_id, overwrite, requester }: Asked,
  owner: Owner,
  row: number,
): Promise<'merge' | 'fill'> {
  const { account_id, user_id } = owner;
  const [member, restricted] = await Promise.all([
    store.load(memberships, streamOf(owner)),
    store.load(restrictions, streamOf(owner)),
  ]);
  if (!member.state) throw new Problem(409, 'member-not-found', 'This person is no member of the account any more');
  if (restricted.state) {
    throw new Problem(
      409,
      'processing-restricted',
      'What the account knows about this person may only be kept for now',
    );
  }
  if (user_id === requester) return 'merge';
  if (user_id === derivedId(import_id, importedPersonName(account_id, row))) return 'fill';
  const origin = overwrite ? (await store.load(origins, user_id)).state : null;
  if (origin === account_id) return 'merge';
  throw new Problem(403, 'person-not-imported', 'What this person said about themselves is theirs');
}
