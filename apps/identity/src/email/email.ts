import type { EmailEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/** Who has an address. The stream is named by the address's keyed hash, so its next revision decides. */
export type Email = { kind: 'free' } | { kind: 'claimed'; user_id: string; claimed_at: string };

export function evolveEmail(_email: Email, event: EmailEvent): Email {
  switch (event.type) {
    case 'EmailClaimed':
      return { kind: 'claimed', user_id: event.data.user_id, claimed_at: event.data.claimed_at };
    case 'EmailReleased':
      return { kind: 'free' };
  }
}

export const emails: Aggregate<Email> = { category: 'email', initial: { kind: 'free' }, evolve: evolveEmail };
