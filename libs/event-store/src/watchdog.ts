import type { Position } from './position.js';

export interface Watchdog {
  /** Something came from the server. */
  sawItem: () => void;
  saw(position: Position): void;
  seen(): Position | undefined;
  /** A handler is at work: silence is its own. */
  pause(): void;
  resume(): void;
  restarted(): boolean;
  end(): void;
}

/**
 * Restarts what makes no progress though it is behind. Two looks in a row must find the same: an event may just be
 * under way. A look that fails counts as well, for a restart does no harm.
 * @param afterMs silence after which it restarts
 */
export function watchdog(
  afterMs: number,
  { isBehind, restart }: { isBehind: () => Promise<boolean>; restart: () => void },
): Watchdog {
  let position: Position | undefined;
  let items = 0;
  let itemsAtLastLook = -1;
  let suspicions = 0;
  let paused = false;
  let looking = false;
  let restarted = false;
  const look = async (): Promise<void> => {
    if (paused || looking || restarted) return;
    if (items !== itemsAtLastLook) {
      itemsAtLastLook = items;
      suspicions = 0;
      return;
    }
    looking = true;
    const behind = await isBehind().catch(() => true);
    looking = false;
    if (paused || items !== itemsAtLastLook) return;
    suspicions = behind ? suspicions + 1 : 0;
    if (suspicions < 2) return;
    restarted = true;
    restart();
  };
  const timer = setInterval(() => void look(), afterMs / 2);
  timer.unref();
  return {
    sawItem: () => void (items += 1),
    saw: (at) => void (position = at),
    seen: () => position,
    pause: () => void (paused = true),
    resume: () => void (paused = false),
    restarted: () => restarted,
    end: () => clearInterval(timer),
  };
}
