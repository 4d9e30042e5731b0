import { randomUUID } from 'node:crypto';

/** What a consumer of this service is told, in the specification of all of them. */
export interface ToldConsumer {
  topic: string;
  type: string;
  data(who: { account_id: string; user_id: string }): Record<string, string>;
}

const ofJobs = { topic: 'export.jobs.v1' };
const ofMembers: ToldConsumer = {
  ...{ topic: 'identity.events.v1', type: 'identity.membership_ended.v1' },
  data: (who) => ({ ...who, reason: 'removed' }),
};

/** By group. A consumer that is not here fails the specification. */
export const toldConsumers: Readonly<Record<string, ToldConsumer>> = {
  'export.worker': {
    ...{ ...ofJobs, type: 'export.requested.v1' },
    data: (who) => ({ ...who, export_id: randomUUID() }),
  },
  'export.members': ofMembers,
  'export.schedules': ofMembers,
  'import.worker': {
    ...{ ...ofJobs, type: 'import.requested.v1' },
    data: (who) => ({ ...who, import_id: randomUUID() }),
  },
};
