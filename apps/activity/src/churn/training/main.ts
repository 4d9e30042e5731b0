import { train, training } from './train.js';

/** Writes what belongs into `coefficients.ts` to the standard output. */
const model = train(training, new Date().toISOString().slice(0, 10));
process.stdout.write(`import { type ChurnModel } from './score.js';

/** Made by churn/training/main.ts; what it means and how well it does stands in docs/churn-model.md. */
export const churnModel: ChurnModel = ${JSON.stringify(model, null, 2)};
`);
