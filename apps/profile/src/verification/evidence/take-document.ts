import { Problem } from '@annals/contracts';
import { ObjectNotFound } from '@annals/objects';
import { mountInside, type MountedRoute } from '@annals/service';
import { z } from 'zod';
import type { FreshFolds } from '../../folds/fresh-folds.js';
import { ownerOf, streamOf } from '../../owner.js';
import { verifications } from '../verification.js';
import { type EvidenceStore, getEvidence } from './stored-evidence.js';

const principals = ['svc:export'];

/** GET /internal/evidence/{document_id}: a document that the person of the context uploaded, for the export of their data. */
export const takeOwnDocument = (folds: FreshFolds, evidence: EvidenceStore): MountedRoute =>
  mountInside(
    {
      method: 'GET',
      path: '/internal/evidence/{document_id}',
      principals,
      params: z.object({ document_id: z.uuid() }),
    },
    async ({ context, params }) => {
      if (context.kind === 'anonymous') throw noDocument();
      const owner = ownerOf(context);
      const { state } = await folds.read(verifications, streamOf(owner), []);
      const document = state.documents.find(({ id }) => id === params.document_id);
      if (!document) throw noDocument();
      const content = await getEvidence(evidence, owner, document.id).catch((error: unknown) => {
        // Its bytes go after the fact that says so.
        if (error instanceof ObjectNotFound) throw noDocument();
        throw error;
      });
      return {
        status: 200,
        headers: { 'content-type': document.media_type, 'content-length': String(content.length) },
        stream: async (res) => void res.write(content),
      };
    },
  );

const noDocument = () => new Problem(404, 'document-unknown', 'There is no such document, or no more');
