import {
  createExportScheduleRoute,
  type CurrentUserContext,
  deleteExportScheduleRoute,
  getExportScheduleRoute,
  listExportSchedulesRoute,
  Problem,
} from '@annals/contracts';
import { derivedId, type EventStore } from '@annals/event-store';
import { mount, type MountedRoute, written } from '@annals/service';
import { requireAccountRight } from '../account/require-account-right.js';
import { createSchedule } from './create-schedule.js';
import { endSchedule } from './end-schedule.js';
import { knownSchedule, type Schedules, scheduleSets, schedulesId, shownSchedule } from './schedules.js';

/** The shell lets nobody pass without person and account. */
function whose({ account_id, user_id }: CurrentUserContext): { account_id: string; user_id: string; stream: string } {
  if (!account_id || !user_id) throw new Error('a schedule needs a person and an account');
  return { account_id, user_id, stream: schedulesId(account_id, user_id) };
}

/** A visit ends within the hour, and a schedule with it: there would be nothing to run. */
function requireMember({ elevation_id }: CurrentUserContext): void {
  if (elevation_id === null) return;
  throw new Problem(403, 'member-required', 'Only members of the account have schedules in it');
}

/** Exports by the clock. Each person has their own; what the clock asks for is checked as if they asked at that moment. */
export function scheduleRoutesOf({ store }: { store: EventStore }): MountedRoute[] {
  const shown = (id: string) => (state: Schedules) => shownSchedule(knownSchedule(state, id));
  return [
    mount(createExportScheduleRoute, async ({ context, body, commandId, commandHash, now }) => {
      const { account_id, user_id, stream } = whose(context);
      requireMember(context);
      if (body.scope === 'account') requireAccountRight(context, 'of just now');
      const schedule_id = derivedId(commandId, 'schedule');
      const outcome = await store.execute(scheduleSets, stream, {
        ...{ id: commandId, hash: commandHash, context, now },
        decide: (state) => createSchedule({ ...body, account_id, user_id, schedule_id, now }, state),
      });
      const reply = written(outcome, shown(schedule_id), 201);
      return { ...reply, headers: { location: `/api/v1/users/data/export/schedules/${schedule_id}` } };
    }),

    mount(listExportSchedulesRoute, async ({ context }) => {
      const { state } = await store.load(scheduleSets, whose(context).stream);
      const present = [...state.values()].filter(({ ended }) => ended?.reason !== 'deleted');
      return { status: 200, body: { data: present.reverse().map(shownSchedule) } };
    }),

    mount(getExportScheduleRoute, async ({ context, params }) => {
      const { state, revision } = await store.load(scheduleSets, whose(context).stream);
      return { status: 200, body: shown(params.schedule_id)(state), revision };
    }),

    mount(deleteExportScheduleRoute, async ({ context, params, commandId, commandHash, now }) => {
      const { schedule_id } = params;
      const outcome = await store.execute(scheduleSets, whose(context).stream, {
        ...{ id: commandId, hash: commandHash, context, now },
        decide(state) {
          knownSchedule(state, schedule_id);
          return endSchedule({ schedule_id, reason: 'deleted', now }, state);
        },
      });
      return written(outcome, () => undefined, 204);
    }),
  ];
}
