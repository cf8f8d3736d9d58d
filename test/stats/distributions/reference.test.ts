import { expect, test } from 'vitest';
import * as beta from '../../../src/stats/distributions/beta.ts';
import * as binomial from '../../../src/stats/distributions/binomial.ts';
import { chiSquareSf } from '../../../src/stats/distributions/chi-square.ts';
import * as f from '../../../src/stats/distributions/f.ts';
import * as gamma from '../../../src/stats/distributions/gamma.ts';
import * as hypergeometric from '../../../src/stats/distributions/hypergeometric.ts';
import * as noncentral from '../../../src/stats/distributions/noncentral-t.ts';
import * as normal from '../../../src/stats/distributions/normal.ts';
import * as t from '../../../src/stats/distributions/student-t.ts';
import { expectPoints, points, reference } from './points.ts';

const TABLES: Record<string, readonly ((...args: number[]) => number)[]> = {
  normal_cdf: [normal.normalCdf],
  normal_quantile: [normal.normalQuantile],
  student_t_cdf: [t.studentTCdf],
  student_t_quantile: [t.studentTQuantile],
  beta_cdf: [beta.betaCdf],
  beta_quantile: [beta.betaQuantile],
  chi_square_sf: [chiSquareSf],
  f_sf: [f.fSf],
};

const POINTS: Record<string, readonly ((...args: number[]) => number)[]> = {
  normal_pdf: [normal.normalPdf],
  normal_log_sf: [normal.normalLogSf],
  student_t_pdf_cdf_sf: [t.studentTPdf, t.studentTCdf, t.studentTSf],
  student_t_log_sf: [t.studentTLogSf],
  student_t_quantile_upper: [t.studentTQuantileUpper],
  gamma_pdf_cdf_sf: [gamma.gammaPdf, gamma.gammaCdf, gamma.gammaSf],
  gamma_log_cdf_sf: [gamma.gammaLogCdf, gamma.gammaLogSf],
  gamma_quantile: [gamma.gammaQuantile],
  gamma_quantile_upper: [gamma.gammaQuantileUpper],
  f_pdf_cdf_sf: [f.fPdf, f.fCdf, f.fSf],
  f_log_cdf_sf: [f.fLogCdf, f.fLogSf],
  f_quantile: [f.fQuantile],
  f_quantile_upper: [f.fQuantileUpper],
  beta_pdf_cdf_sf: [beta.betaPdf, beta.betaCdf, beta.betaSf],
  beta_log_cdf_sf: [beta.betaLogCdf, beta.betaLogSf],
  beta_quantile: [beta.betaQuantile],
  beta_quantile_upper: [beta.betaQuantileUpper],
  binomial_pmf_cdf_sf: [binomial.binomialPmf, binomial.binomialCdf, binomial.binomialSf],
  hypergeometric_pmf_cdf_sf: [
    hypergeometric.hypergeometricPmf,
    hypergeometric.hypergeometricCdf,
    hypergeometric.hypergeometricSf,
  ],
  noncentral_t_pdf_cdf_sf: [noncentral.noncentralTPdf, noncentral.noncentralTCdf, noncentral.noncentralTSf],
};

test.each(Object.entries(TABLES))('60-digit reference: %s', (name, functions) => {
  expectPoints(reference[name]!, functions);
});

test.each(Object.entries(POINTS))('generated points: %s', (name, functions) => {
  expectPoints(points[name]!, functions);
});

test('all 375 points of the reference and every generated table are held to', () => {
  const counted = Object.keys(TABLES).map((name) => reference[name]!.length);
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(375);
  const special = ['exp_remainder', 'log_beta', 'log_gamma', 'log_remainder'];
  const tables = Object.keys(points).filter((name) => name !== 'source' && !special.includes(name));
  expect(tables.sort()).toEqual(Object.keys(POINTS).sort());
});
