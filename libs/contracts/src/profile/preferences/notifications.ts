import { z } from 'zod';
import { choices, sources } from './choices.js';

const frequencies = ['immediate', 'hourly', 'daily', 'weekly', 'never'] as const;
const frequency = z.enum(frequencies);
export type Frequency = (typeof frequencies)[number];

/** A theft of the account must not stay unseen: by e-mail, the one channel everybody has, it is told within the day. */
const securityByEmail = z.enum(['immediate', 'hourly', 'daily'], {
  error: 'must be immediate, hourly or daily: notices of security by e-mail cannot be switched off',
});

/** How often a channel may speak about each category; what is not immediate is gathered. */
const byAccount = { security: frequency, account: frequency, activity: frequency };
const categories = { ...byAccount, marketing: frequency };
const emailByAccount = { ...byAccount, security: securityByEmail };
const email = { ...categories, security: securityByEmail };

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 22:30');
/** In the person's own time zone; may run over midnight. The same time twice is the whole day. */
const quietHours = { enabled: z.boolean(), from: clock, to: clock };

export const channels = ['email', 'push', 'sms', 'in_app'] as const;
export type Channel = (typeof channels)[number];
export type NotificationCategory = keyof typeof categories;

const Categories = z.object(categories);
export const Notifications = z.object({
  ...{ email: z.object(email), push: Categories, sms: Categories, in_app: Categories },
  quiet_hours: z.object(quietHours),
});
export type Notifications = z.infer<typeof Notifications>;

export const NotificationChoices = choices({
  ...{ email: choices(email), push: choices(categories), sms: choices(categories), in_app: choices(categories) },
  quiet_hours: choices(quietHours),
});

/** As for a person, without marketing: for that only the person's own word counts. */
export const AccountNotificationChoices = choices({
  ...{ email: choices(emailByAccount), push: choices(byAccount), sms: choices(byAccount), in_app: choices(byAccount) },
  quiet_hours: choices(quietHours),
});

const CategorySources = sources(categories);
export const NotificationSources = z.object({
  ...{ email: CategorySources, push: CategorySources, sms: CategorySources, in_app: CategorySources },
  quiet_hours: sources(quietHours),
});

const usually = <F extends Frequency>(usual: F) =>
  ({ security: 'immediate', account: usual, activity: usual, marketing: 'never' }) as const;

export const defaultNotifications: Notifications = {
  ...{ email: usually('daily'), push: usually('immediate'), sms: usually('never'), in_app: usually('immediate') },
  quiet_hours: { enabled: false, from: '22:00', to: '07:00' },
};
