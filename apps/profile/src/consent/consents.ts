import {
  type ConsentDecision,
  type ConsentEvent,
  type ConsentMethod,
  type ConsentPurpose,
  consentPurposes,
  type ConsentState,
  type DomainEvent,
  undecided,
} from '@annals/contracts';
import { type Aggregate } from '@annals/event-store';
import { type Owner } from '../owner.js';
import { type DecidedPrivacy } from '../privacy/visibility.js';

/** What was decided last about each purpose. */
export type Decisions = { readonly [P in ConsentPurpose]?: ConsentDecision };

/** One person's consents in one account: `consent-<account_id>_<user_id>`. Append-only: what was said was said. */
export const consents: Aggregate<Decisions> = {
  category: 'consent',
  initial: {},
  evolve(state: Decisions, event: DomainEvent): Decisions {
    const decision = decisionOf(event);
    return { ...state, [decision.purpose]: decision };
  },
};

/** @throws Error for what is no decision about a consent */
export function decisionOf(event: DomainEvent): ConsentDecision {
  const { type, data } = event as ConsentEvent;
  if (type !== 'ConsentGiven' && type !== 'ConsentWithdrawn') throw new Error(`A consent has no event ${String(type)}`);
  const { purpose, policy_version, locale, method } = data;
  const given = 'given_at' in data;
  return { purpose, given, policy_version, locale, method, at: given ? data.given_at : data.withdrawn_at };
}

/** What a privacy setting decided, when it was still kept beside the consents: about both purposes at once. */
export const decisionsBySetting = (given: boolean, at: string): ConsentDecision[] =>
  consentPurposes.map((purpose) => ({
    ...{ purpose, given, at },
    ...{ policy_version: null, locale: null, method: 'privacy_settings' },
  }));

/** The one truth about consents: what was decided last, in the list of them or, in older times, by the privacy setting. */
export function decisionsOf({ activity_tracking, trackingDecidedAt }: DecidedPrivacy, state: Decisions): Decisions {
  if (activity_tracking === undefined || trackingDecidedAt === undefined) return state;
  const decisions: { -readonly [P in keyof Decisions]: Decisions[P] } = { ...state };
  for (const earlier of decisionsBySetting(activity_tracking, trackingDecidedAt)) {
    const decision = state[earlier.purpose];
    if (!decision || decision.at < earlier.at) decisions[earlier.purpose] = earlier;
  }
  return decisions;
}

/** Whether a purpose is processed. */
export const inForce = (decisions: Decisions, purpose: ConsentPurpose): boolean =>
  decisions[purpose]?.given ?? undecided[purpose];

export const shownConsents = (decisions: Decisions): ConsentState[] =>
  consentPurposes.map((purpose) => ({
    ...{ purpose, in_force: inForce(decisions, purpose) },
    decision: decisions[purpose] ?? null,
  }));

export interface DecideConsents extends Owner {
  wanted: { readonly [P in ConsentPurpose]?: boolean };
  policy_version: string | null;
  locale: string | null;
  method: ConsentMethod;
  /** What the privacy settings say from older times. */
  privacy: DecidedPrivacy;
  now: string;
}

/** A yes to another text is another yes; everything else that is so already is not said again. */
export function decideConsents(command: DecideConsents, state: Decisions): ConsentEvent[] {
  const { account_id, user_id, wanted, policy_version, locale, method, privacy, now } = command;
  const before = decisionsOf(privacy, state);
  return consentPurposes.flatMap((purpose): ConsentEvent[] => {
    const [given, present] = [wanted[purpose], before[purpose]];
    if (given === undefined || (present?.given === given && sameText(given, policy_version, present))) return [];
    const decided = { account_id, user_id, purpose, policy_version, locale, method };
    return [
      given
        ? { type: 'ConsentGiven', data: { ...decided, given_at: now } }
        : { type: 'ConsentWithdrawn', data: { ...decided, withdrawn_at: now } },
    ];
  });
}

/** Who says no says it whatever the text. */
const sameText = (given: boolean, version: string | null, present: ConsentDecision): boolean =>
  !given || version === null || version === present.policy_version;
