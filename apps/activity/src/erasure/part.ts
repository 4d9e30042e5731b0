import { erasureInside } from '@annals/service';
import { type Part } from '../part.js';
import { trackedDays } from './tracked-days.js';

/** What this service answers when somebody was erased: its read models have followed, and the rest is removed. */
export const erasurePart = (parts: readonly Part[]): Part => ({
  open(ground) {
    const models = parts.flatMap((part) => part.projections?.(ground.config) ?? []);
    const runners = models.map((model) => ground.runner(model));
    return { routes: erasureInside({ runners, erasers: [trackedDays(ground)] }) };
  },
});
