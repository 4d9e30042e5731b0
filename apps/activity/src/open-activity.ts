import { type Projection, type ProjectionRunner } from '@annals/postgres';
import { type Check, type Close, type MountedRoute, type Stores } from '@annals/service';
import { type Ground, type Part } from './part.js';

export interface OpenedActivity {
  routes: MountedRoute[];
  readiness: Record<string, Check>;
  /** Ends what the parts do by themselves. */
  stop: Close[];
}

/** Opens the parts on their ground, one after the other. When one cannot open, those before it are ended. */
export async function openParts(
  ground: Omit<Ground, 'runner'> & Pick<Stores, 'runners'>,
  parts: readonly Part[],
): Promise<OpenedActivity> {
  const opened: OpenedActivity = { routes: [], readiness: {}, stop: [] };
  const runner = runnerIn(ground.runners);
  try {
    for (const part of parts) {
      const { routes, readiness, stop } = await part.open({ ...ground, runner });
      opened.routes.push(...routes);
      Object.assign(opened.readiness, readiness);
      if (stop) opened.stop.push(stop);
    }
  } catch (error) {
    await Promise.allSettled(opened.stop.map((stop) => stop()));
    throw error;
  }
  return opened;
}

function runnerIn(runners: readonly ProjectionRunner[]) {
  return ({ name }: Projection): ProjectionRunner => {
    const found = runners.find(({ projection }) => projection.name === name);
    if (!found) throw new Error(`The projection ${name} does not run`);
    return found;
  };
}
