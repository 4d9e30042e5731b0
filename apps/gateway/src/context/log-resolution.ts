import { Problem } from '@annals/contracts';
import type { Logger } from '@annals/service';
import type { ResolutionOutcome } from './resolve-context.js';

/** One line for each resolution, as cached contexts leave none. */
export function logResolution(logger: Logger, { identity, error, timing }: ResolutionOutcome): void {
  const duration = Object.values(timing).reduce((sum, ms) => sum + ms, 0);
  logger.info(
    {
      source: 'http',
      user_id: identity?.user_id,
      account_id: identity?.account_id,
      session_id: identity?.session_id,
      result: error === undefined ? 'resolved' : 'refused',
      code: error instanceof Problem ? error.code : undefined,
      reason: Object.entries(timing)
        .map(([step, ms]) => `${step} ${ms.toFixed(2)} ms`)
        .join(', '),
      duration_ms: Math.round(duration * 100) / 100,
    },
    'context.resolved',
  );
}
