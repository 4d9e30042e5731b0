import { headers } from '@annals/contracts';
import { type Answered, until } from '@annals/testing';

/**
 * Reads what a write of this position wrote, as a client does: a view that does not come there in the second that a service
 * waits for it answers so, and is asked again. What is behind is never shown.
 */
export async function fresh(
  position: string,
  read: (headers: Record<string, string>) => Promise<Answered>,
): Promise<Answered> {
  let answer: Answered | undefined;
  await until('the view has come there', async () => {
    answer = await read({ [headers.minPosition]: position });
    return answer.json.code !== 'projection-behind';
  });
  return answer!;
}
