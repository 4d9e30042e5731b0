import { type CurrentUserContext, headers } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { type Answered, signedIn } from '@annals/testing';
import type { ProfileService } from './profile-service.js';

/** A member with a profile, and where everything they did so far is seen. */
export interface Person {
  who: CurrentUserContext;
  at: Record<string, string>;
}

const full = {
  ...{ name: 'Ada', bio: 'Analyst', phone_number: '+43 1 234567', date_of_birth: '1990-12-10' },
  emergency_contact: { name: 'Anne', phone_number: '+43 1 234568' },
};

/** Header by which a read waits for a position. */
export const seenAt = (position: string): Record<string, string> => ({ [headers.minPosition]: position });

export interface People {
  call: ProfileService['call'];
  /** Somebody whose profile is full, with what they decided about it. */
  person(over?: Partial<CurrentUserContext>, privacy?: object): Promise<Person>;
  colleagueOf(
    person: Person,
    over?: Partial<CurrentUserContext>,
    role?: 'VIEWER' | 'ADMIN',
  ): Promise<CurrentUserContext>;
  profileOf(person: Person, viewer: CurrentUserContext, query?: string): Promise<Answered>;
  publicOf(person: Person, viewer?: CurrentUserContext | null, extra?: object): Promise<Answered>;
  previewOf(person: Person, query: string): Promise<Answered>;
  /** An event as its owner would have written it. @returns the header to wait for it */
  happened(
    ...event: [category: string, id: string, who: CurrentUserContext, type: string, data: object]
  ): Promise<Record<string, string>>;
}

/** People of a service under test, and what they ask about each other. */
export function peopleOf(service: () => ProfileService): People {
  const call: ProfileService['call'] = (...asked) => service().call(...asked);
  return {
    call,
    async person(over = {}, privacy = {}) {
      const who = signedIn('VIEWER', over);
      const joined = await service().join(who);
      await call('PUT', '/users/profile', who, { body: full });
      const { position } = await call('PUT', '/users/profile/privacy', who, { body: privacy });
      return { who, at: seenAt(position ? `${position},${joined}` : joined) };
    },
    async colleagueOf({ who }, over = {}, role = 'VIEWER') {
      const other = signedIn(role, { account_id: who.account_id, ...over });
      await service().join(other);
      // Nobody who asks about them says that they have seen it.
      await service().followed();
      return other;
    },
    profileOf: ({ who, at }, viewer, query = '') => call('GET', `/users/${who.user_id}/profile${query}`, viewer, at),
    publicOf: ({ who, at }, viewer = null, extra = {}) =>
      call('GET', `/public/accounts/${who.account_id}/profiles/${who.user_id}`, viewer, { ...at, ...extra }),
    previewOf: ({ who, at }, query) => call('GET', `/users/profile/preview?${query}`, who, at),
    async happened(category, id, context, type, data) {
      const nothing = { category, initial: null, evolve: () => null };
      const { position } = await service().stores.store.execute(nothing, id, {
        ...{ id: uuidv7(), context, now: new Date().toISOString() },
        decide: () => [{ type, data: { ...data } }],
      });
      return seenAt(`${position!.commit}-${position!.prepare}@${category}`);
    },
  };
}
