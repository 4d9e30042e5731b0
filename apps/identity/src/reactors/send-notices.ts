import { identityEvents, type EventOf } from '@annals/contracts';
import { isErased, type StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { addressOf } from '../email/address-of.js';
import type { Identity } from '../identity.js';
import type { Mailer } from '../mail/mailer.js';

type Contract = (typeof identityEvents)[number];
type Type = Contract['type'];
type DataOf<T extends Type> = EventOf<Extract<Contract, { type: T }>>['data'];

/** What a person is told when something about their sign-in changes. */
interface Notice<T extends Type> {
  subject: string;
  /** One sentence on what happened; null when it is nothing to tell. */
  text: (data: DataOf<T>) => string | null;
}

/** The facts that a person is told about by mail. A fact that is not here is told to nobody. */
const notices: { [T in Type]?: Notice<T> } = {
  ProviderLinked: {
    subject: 'Another way to sign in was added',
    // Who was let in or invited with an identity knows no other way yet.
    text: ({ provider, reason }) =>
      reason === 'linked' || reason === 'verified-email'
        ? `you can sign in with an identity of ${provider} from now on.`
        : null,
  },
  ProviderUnlinked: {
    subject: 'A way to sign in was removed',
    text: () => 'an identity of another provider that you signed in with was removed. It opens nothing here any more.',
  },
  NewDeviceSeen: {
    subject: 'A sign-in on a new device',
    text: ({ device_name, user_agent }) => {
      const device = [device_name, user_agent].find((text) => text !== null && !isErased(text));
      return `somebody signed in with your identity on a device that was not known${device ? `: ${device}` : ''}.`;
    },
  },
  NewCountrySeen: {
    subject: 'A sign-in from another country',
    text: ({ country }) =>
      `somebody signed in with your identity from ${isErased(country) ? 'a country' : countryName(country)} where you had not been.`,
  },
  ImpossibleTravelSeen: {
    subject: 'A sign-in from far away',
    text: ({ travel }) =>
      isErased(travel)
        ? null
        : `somebody signed in with your identity from ${countryName(travel.to_country)}, only ${travel.minutes} minutes after a sign-in from ${countryName(travel.from_country)}.`,
  },
  DeviceTrusted: {
    subject: 'A device is trusted',
    text: () => 'one of your devices is trusted from now on: unusual sign-ins on it are not told to you any more.',
  },
  RefreshTokenReplayed: {
    subject: 'A session was ended for safety',
    text: () => 'the secret that keeps one of your sessions open was used twice, so that session was ended.',
  },
  TotpEnabled: {
    subject: 'An authenticator app was added',
    text: () => 'signing in with your password needs a code of your authenticator app from now on.',
  },
  TotpDisabled: {
    subject: 'The authenticator app was removed',
    text: () => 'signing in with your password needs no code of an authenticator app any more.',
  },
  RecoveryCodesGenerated: {
    subject: 'You have new recovery codes',
    text: ({ count }) => `${count} recovery codes were made. Earlier ones are good for nothing any more.`,
  },
  RecoveryCodeUsed: {
    subject: 'A recovery code was used',
    text: ({ left }) => `somebody signed in with your password and a recovery code. Codes left: ${left}.`,
  },
  RecoveryCodesRemoved: {
    subject: 'Your recovery codes were removed',
    text: () => 'you have no recovery codes any more.',
  },
  PasskeyAdded: {
    subject: 'A passkey was added',
    text: () => 'you can sign in with another passkey from now on.',
  },
  PasskeyRemoved: {
    subject: 'A passkey was removed',
    text: () => 'a passkey was removed. It opens nothing here any more.',
  },
  SignCountRegressed: {
    subject: 'A passkey was refused',
    text: () =>
      'a sign-in with one of your passkeys was refused, because the passkey counted backwards: there may be a copy of ' +
      'it. Remove the passkey if you know nothing of this.',
  },
  PasswordChanged: {
    subject: 'Your password was changed',
    text: ({ end_sessions, reason }) =>
      // Whoever accepted an invitation has just chosen their first password.
      reason === 'accepted-invitation'
        ? null
        : end_sessions
          ? 'your password was changed, and you were signed out everywhere else.'
          : 'a password was set for your account. Where you are signed in, you stay signed in.',
  },
  EmailChanged: {
    subject: 'Your address was changed',
    text: () => 'another address was set for your account. No more mail goes to this one.',
  },
};

/**
 * Tells people about facts of their sign-in, so that somebody who took an account over cannot do it in silence. The mail
 * has the id of its event: sent twice, it is one mail.
 */
export function sendNotices({ store }: Identity, mailer: Mailer): Reactor {
  async function tell(event: StoredEvent, { subject, text }: Notice<Type>): Promise<void> {
    const to = await addressOf(store, String(event.data.user_id), beforeOf(event));
    if (to === null) return;
    // The contract of the type made sure of its data when it was written.
    const sentence = text(event.data as never);
    if (sentence === null) return;
    await mailer.send({ id: event.id, to, subject, text: letter(sentence, event.metadata.occurred_at) });
  }
  const told = Object.entries(notices) as [Type, Notice<Type>][];
  return {
    name: 'send-notices',
    categories: [...new Set(told.map(([type]) => categoryOf(type)))],
    on: Object.fromEntries(told.map(([type, notice]) => [type, (event: StoredEvent) => tell(event, notice)])),
  };
}

/** A fact of the person's own stream is told to where they were reached before it: the old address hears of the new one. */
const beforeOf = ({ stream, revision }: StoredEvent) => (stream.startsWith('user-') ? revision : undefined);

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' });
const countryName = (code: string) => countryNames.of(code) ?? code;

const categoryOf = (type: Type) => identityEvents.find((contract) => contract.type === type)!.category;

const letter = (sentence: string, at: string) => `Hello,

${sentence}

When: ${at}

If it was you, there is nothing to do. If it was not, set a new password at once: it ends every session.
`;
