import { Problem } from '@annals/contracts';

/** How many may do something that takes long: in this process, and of these one person. */
export interface Places {
  /**
   * Takes a place. @returns what gives it back
   * @throws Problem 429 `too-many-at-once` for one person's, 503 `overloaded` for this process
   */
  take(userId: string): () => void;
}

export function places(ofProcess: number, ofPerson: number): Places {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    take(userId) {
      const mine = taken.get(userId) ?? 0;
      const headers = { 'retry-after': '5' };
      if (mine >= ofPerson) {
        throw new Problem(429, 'too-many-at-once', `You have ${ofPerson} of these open; close one`, { headers });
      }
      if (all >= ofProcess) throw new Problem(503, 'overloaded', 'Too many of these are open; try again', { headers });
      taken.set(userId, mine + 1);
      all += 1;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        all -= 1;
        const left = taken.get(userId)! - 1;
        if (left === 0) taken.delete(userId);
        else taken.set(userId, left);
      };
    },
  };
}
