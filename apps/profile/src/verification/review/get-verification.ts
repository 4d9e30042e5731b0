import { getVerificationRoute as route, type VerifiableField } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { ownerOf, streamOf } from '../../owner.js';
import { profile } from '../../profile/profile.js';
import { verifications } from '../verification.js';
import { type Desk, longestWait, personOf, requireCourse } from './desk.js';
import { recordReview } from './record-review.js';
import { shownCase } from './shown-case.js';

/**
 * GET /profile-verifications/{verification_id}. What a person has submitted is shown after it was written down who gets
 * to see it. The tag is that of the verification and the profile; `If-Match` of a decision minds the verification's.
 */
export const getVerification = (desk: Desk): MountedRoute =>
  mount(route, async (request) => {
    const { context, params, minPosition } = request;
    const { folds } = desk;
    await desk.verifications.waitFor(minPosition, longestWait);
    const owner = await personOf(desk, ownerOf(context).account_id, params.verification_id);
    const id = streamOf(owner);
    const [{ state, revision }, present] = await Promise.all([
      folds.read(verifications, id, minPosition),
      folds.read(profile, id, minPosition),
    ]);
    const course = requireCourse(state, params.verification_id);
    const body = shownCase(owner, course, state.documents, present.state.fields);
    const fields = Object.keys(body.values) as VerifiableField[];
    await recordReview(folds, request, owner, { verification_id: body.id, fields });
    return { status: 200, body, revision, besides: present.revision };
  });
