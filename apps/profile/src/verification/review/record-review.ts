import type { ReviewEvent, VerifiableField } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import type { RouteRequest } from '@annals/service';
import { commandOf } from '../../command-of.js';
import type { FreshFolds } from '../../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../../owner.js';

/** Who was shown what a person had submitted; nothing follows from it. */
const reviews: Aggregate<null> = { category: 'review', initial: null, evolve: () => null };

export interface Shown {
  verification_id: string;
  /** Fields whose values are shown. */
  fields: VerifiableField[];
  document_id?: string;
}

/** Writes down that somebody is going to be shown it. What is shown may go out when this has resolved, and not before. */
export async function recordReview(
  folds: Pick<FreshFolds, 'execute'>,
  request: Pick<RouteRequest, 'commandId' | 'now'> & { context: Parameters<typeof ownerOf>[0] },
  { account_id, user_id }: Owner,
  shown: Shown,
): Promise<void> {
  const { user_id: reviewed_by_id } = ownerOf(request.context);
  const data = { account_id, user_id, ...shown, reviewed_by_id, updated_at: request.now };
  const decide = (): ReviewEvent[] => [{ type: 'VerificationReviewed', data }];
  await folds.execute(reviews, streamOf({ account_id, user_id }), commandOf(request, decide));
}
