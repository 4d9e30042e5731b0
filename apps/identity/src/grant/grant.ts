import { assignmentState } from '@annals/auth';
import type { EventOf, GrantEvent, RoleGranted } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/** A role that somebody was given beside the one of their membership. */
export type Grant = Omit<EventOf<typeof RoleGranted>['data'], 'account_id' | 'user_id'>;

/** What a person was given in an account. */
export interface Grants {
  /** By role. One whose time is over is among them until its end is written down; it gives nothing any more. */
  live: ReadonlyMap<string, Grant>;
  /** The last ones whose time was over, oldest first. */
  expired: readonly Grant[];
}

const expiredShown = 20;

export function evolveGrants({ live, expired }: Grants, event: GrantEvent): Grants {
  const after = new Map(live);
  const { role_id } = event.data;
  if (event.type === 'RoleGranted') {
    const { account_id: _account, user_id: _user, ...grant } = event.data;
    return { live: after.set(role_id, grant), expired: expired.filter((one) => one.role_id !== role_id) };
  }
  after.delete(role_id);
  const ended = live.get(role_id);
  if (!ended || event.data.reason !== 'expired') return { live: after, expired };
  return { live: after, expired: [...expired, ended].slice(-expiredShown) };
}

/** One stream per member; its id is that of the membership. */
export const grantsOfMember: Aggregate<Grants> = {
  category: 'grant',
  initial: { live: new Map(), expired: [] },
  evolve: evolveGrants,
};

/** Whether its time is over, written down or not. */
export const isOver = (grant: Grant, now: string): boolean => assignmentState(grant, now) === 'expired';
