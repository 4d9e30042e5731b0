import { type ChurnModel } from './score.js';

/** Made by churn/training/main.ts; what it means and how well it does stands in docs/churn-model.md. */
export const churnModel: ChurnModel = {
  trained_on: '2026-11-21',
  seed: 20260301,
  people: 4000,
  intercept: -2.5630397616527842,
  factors: {
    recency: {
      mean: 0.6038700151784945,
      deviation: 0.7308195842542007,
      weight: 1.0391722794357794,
    },
    trend: {
      mean: 0.14557338914914905,
      deviation: 0.5109976047564961,
      weight: -0.16785922490167604,
    },
    frequency: {
      mean: -1.3667616484000866,
      deviation: 0.7390986953822687,
      weight: -0.8796616193678674,
    },
    breadth: {
      mean: 0.4648983065329711,
      deviation: 0.2749642853797973,
      weight: -0.2848979565993504,
    },
    tenure: {
      mean: 4.444619686659631,
      deviation: 0.766998967123316,
      weight: -0.15805545018983516,
    },
    regularity: {
      mean: 0.6953777897691326,
      deviation: 0.5180656883621022,
      weight: -0.3600781909563075,
    },
    rating: {
      mean: 0.10706766917293233,
      deviation: 0.3010677288846643,
      weight: -0.203329035123708,
    },
  },
};
