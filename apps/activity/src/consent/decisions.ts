import { type ConsentPurpose } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';

/**
 * Why something of a person's is not processed: they do not let facts of clients be kept, they do not let themselves be
 * counted, or the account may store what it holds about them and nothing else (Art. 18 GDPR).
 */
export type Silence = 'tracking' | 'counting' | 'restricted';

/** Somebody decided, or it was decided about them: from this event on they are silent in a way, or are not. */
export interface Decided {
  userId: string;
  why: Silence;
  silent: boolean;
}

const silenceOf: Readonly<Record<ConsentPurpose, Silence>> = {
  activity_tracking: 'tracking',
  usage_analytics: 'counting',
};

/** Events with decisions. The privacy setting of older times decided about both purposes at once. */
export function decisionsIn({ type, data }: Pick<StoredEvent, 'type' | 'data'>): Decided[] {
  const userId = String(data.user_id);
  switch (type) {
    case 'ConsentGiven':
    case 'ConsentWithdrawn':
      return [{ userId, why: silenceOf[data.purpose as ConsentPurpose], silent: type === 'ConsentWithdrawn' }];
    case 'ProfilePrivacyChanged': {
      const { activity_tracking: given } = data;
      if (typeof given !== 'boolean') return [];
      return (['tracking', 'counting'] as const).map((why) => ({ userId, why, silent: !given }));
    }
    case 'ProcessingRestricted':
    case 'ProcessingRestrictionLifted':
      return [{ userId, why: 'restricted', silent: type === 'ProcessingRestricted' }];
    default:
      return [];
  }
}
