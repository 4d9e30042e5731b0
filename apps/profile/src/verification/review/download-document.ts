import { downloadVerificationDocumentRoute as route, type EvidenceType } from '@annals/contracts';
import { type MountedRoute, mount } from '@annals/service';
import { ownerOf, streamOf } from '../../owner.js';
import { documentUnknown } from '../evidence/remove-document.js';
import { getEvidence } from '../evidence/stored-evidence.js';
import { documentsOf, verifications } from '../verification.js';
import { type Desk, longestWait, personOf, requireCourse } from './desk.js';
import { recordReview } from './record-review.js';

const endings: Record<EvidenceType, string> = {
  ...{ 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' },
};

/**
 * GET /profile-verifications/{verification_id}/documents/{document_id}. Strangers' files: a browser saves them and shows
 * nothing of them, in no page of ours.
 */
export const downloadDocument = (desk: Desk): MountedRoute =>
  mount(route, async (request) => {
    const { context, params, minPosition } = request;
    const { verification_id, document_id } = params;
    await desk.verifications.waitFor(minPosition, longestWait);
    const owner = await personOf(desk, ownerOf(context).account_id, verification_id);
    const { state } = await desk.folds.read(verifications, streamOf(owner), minPosition);
    const { asked } = requireCourse(state, verification_id);
    const document = state.documents.find(({ id }) => id === document_id);
    // Documents that lie ready for another request are nobody's business.
    if (!document || !documentsOf(asked.evidence).includes(document_id)) throw documentUnknown();
    // Opened first: what cannot be read has not been shown.
    const content = await getEvidence(desk, owner, document_id);
    await recordReview(desk.folds, request, owner, { verification_id, fields: [], document_id });
    return {
      status: 200,
      headers: {
        'content-type': document.media_type,
        'content-length': String(content.length),
        'content-disposition': `attachment; filename="evidence-${document_id}.${endings[document.media_type]}"`,
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      },
      stream: async (res) => void res.write(content),
    };
  });
