import { serviceIdentity } from '@annals/auth';
import { type CurrentUserContext, type ExportScope, Problem, ScheduleEnd } from '@annals/contracts';
import { derivedId, type EventStore } from '@annals/event-store';
import type { Job } from '../jobs/run-export.js';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { requestExport } from '../export/request-export.js';
import { withRoom, type RoomParts } from '../export/with-room.js';
import type { RunningSchedule } from '../views/schedules/schedules.projection.js';
import { endSchedule } from './end-schedule.js';
import { noteRun, type RunOutcome } from './note-run.js';
import { type Schedule, scheduleSets, schedulesId } from './schedules.js';

export interface ScheduleParts extends RoomParts {
  store: EventStore;
  /** Whether somebody may have an export of each scope now. @throws Problem 403 with the reason */
  mayRequest: Readonly<Record<ExportScope, (of: Pick<Job, 'accountId' | 'userId' | 'request'>) => Promise<void>>>;
  limitBytes: number;
  now: () => Date;
}

const principal = 'svc:export-scheduler';

/**
 * Does what a schedule is due for. Safe to repeat after a crash at any point, and in two processes at once: the export of
 * a due time has an id made of the two, and that time is noted once.
 */
export async function runSchedule(
  parts: ScheduleParts,
  { schedule_id, account, owner }: RunningSchedule,
): Promise<void> {
  const { store } = parts;
  const id = schedulesId(account, owner);
  const schedule = (await store.load(scheduleSets, id)).state.get(schedule_id);
  const due_at = schedule?.next_run_at;
  const now = parts.now().toISOString();
  if (!schedule || schedule.ended || !due_at || due_at > now) return;
  const runId = derivedId(schedule_id, due_at);
  const context = workingFor(schedule, runId, now);
  const end = (reason: ScheduleEnd) =>
    store.execute(scheduleSets, id, {
      ...{ id: derivedId(runId, 'end'), context, now },
      decide: (state) => endSchedule({ schedule_id, reason, now }, state),
    });
  if (schedule.time_zone === null) return void (await end('subject-erased'));
  const refusal = await refusalOf(parts, schedule, context);
  if (refusal) return void (await end(refusal));
  const outcome = await ask(parts, schedule, runId, context, now);
  await store.execute(scheduleSets, id, {
    ...{ id: derivedId(runId, 'run'), context, now },
    decide: (state) => noteRun({ schedule_id, due_at, outcome, now }, state),
  });
}

/** A request of the scheduler itself, on behalf of whose schedule it is; nothing of an earlier one is in it. */
function workingFor({ account_id, user_id, schedule_id }: Schedule, runId: string, now: string): CurrentUserContext {
  return {
    ...serviceIdentity(principal, { accountId: account_id, userId: user_id }),
    ...{ request_id: runId, transaction_id: runId, correlation_id: runId, causation_id: schedule_id },
    ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now },
  };
}

/** Why the person may have it no more; null when they may. What is nobody's fault is tried again. */
async function refusalOf(
  { mayRequest }: ScheduleParts,
  { account_id: accountId, user_id: userId, scope }: Schedule,
  context: CurrentUserContext,
): Promise<ScheduleEnd | null> {
  try {
    await mayRequest[scope]({ accountId, userId, request: context });
    return null;
  } catch (error) {
    const reason = error instanceof Problem && error.status === 403 ? ScheduleEnd.safeParse(error.code) : null;
    // A refusal that is not the person's doing ends nothing of theirs.
    if (!reason?.success) throw error;
    return reason.data;
  }
}

async function ask(
  parts: ScheduleParts,
  { account_id, user_id, formats, scope, include }: Schedule,
  export_id: string,
  context: CurrentUserContext,
  now: string,
): Promise<RunOutcome> {
  const command = { account_id, user_id, export_id, formats, scope, include, limit_bytes: parts.limitBytes, now };
  try {
    await withRoom(parts, { accountId: account_id, userId: user_id, exportId: export_id }, () =>
      parts.store.execute(exportAggregate, exportId(account_id, export_id), {
        ...{ id: derivedId(export_id, 'request'), context, now },
        decide: (state) => requestExport(command, state),
      }),
    );
    return { export_id };
  } catch (error) {
    // Others run that are enough; the next time is as good.
    if (error instanceof Problem && (error.status === 409 || error.status === 429)) return { skipped: error.code };
    throw error;
  }
}
