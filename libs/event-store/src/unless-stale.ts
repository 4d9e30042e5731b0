import { Problem } from '@annals/contracts';

/** Does something at an exact revision. Null when somebody else wrote there first; every other refusal is thrown. */
export async function unlessStale<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.code === 'stale-revision') return null;
    throw error;
  }
}
