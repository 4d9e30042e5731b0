import type { MountedRoute } from '@annals/service';
import { decideAboutVerification } from './decide-verification.js';
import { addOwnDocument } from './evidence/add-document.js';
import { removeOwnDocument } from './evidence/remove-document.js';
import { takeOwnDocument } from './evidence/take-document.js';
import { getOwnVerification } from './get-own-verification.js';
import { requestOwnVerification } from './request-verification.js';
import type { Desk } from './review/desk.js';
import { downloadDocument } from './review/download-document.js';
import { getVerification } from './review/get-verification.js';
import { listVerifications } from './review/list-verifications.js';
import { withdrawOwnVerification } from './withdraw-verification.js';

/** What a person asks for, and what is decided about it. */
export const verificationRoutesOf = (desk: Desk): MountedRoute[] => {
  const { folds, pool, objects } = desk;
  return [
    getOwnVerification(folds),
    requestOwnVerification(folds),
    withdrawOwnVerification(folds, objects),
    addOwnDocument(folds, pool, desk),
    takeOwnDocument(folds, desk),
    removeOwnDocument(folds, objects),
    listVerifications(desk),
    getVerification(desk),
    downloadDocument(desk),
    decideAboutVerification(desk),
  ];
};
