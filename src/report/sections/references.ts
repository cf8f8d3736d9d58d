/** What a method is cited by: found where the words of a report name it. */
interface Reference {
  readonly when: RegExp;
  readonly text: string;
}

// By author. `when` is matched against the methods, tests, effect sizes and intervals that were used.
const REFERENCES: readonly Reference[] = [
  {
    when: /interquartile mean|\bIQM\b/i,
    text: 'Agarwal, R., Schwarzer, M., Castro, P. S., Courville, A. C., & Bellemare, M. G. (2021). Deep reinforcement learning at the edge of the statistical precipice. Advances in Neural Information Processing Systems, 34.',
  },
  {
    when: /CR2/,
    text: 'Bell, R. M., & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage samples. Survey Methodology, 28(2), 169–181.',
  },
  {
    when: /Benjamini and Hochberg/,
    text: 'Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate: a practical and powerful approach to multiple testing. Journal of the Royal Statistical Society B, 57(1), 289–300.',
  },
  {
    when: /Benjamini and Yekutieli/,
    text: 'Benjamini, Y., & Yekutieli, D. (2001). The control of the false discovery rate in multiple testing under dependency. The Annals of Statistics, 29(4), 1165–1188.',
  },
  {
    when: /clopper.*pearson/i,
    text: 'Clopper, C. J., & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the binomial. Biometrika, 26(4), 404–413.',
  },
  {
    when: /BCa/,
    text: 'Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association, 82(397), 171–185.',
  },
  {
    when: /sample ratio/i,
    text: 'Fabijan, A., Gupchup, J., Gupta, S., Omhover, J., Qin, W., Vermeer, L., & Dmitriev, P. (2019). Diagnosing sample ratio mismatch in online controlled experiments: a taxonomy and rules of thumb for practitioners. Proceedings of the 25th ACM SIGKDD International Conference on Knowledge Discovery and Data Mining, 2156–2164.',
  },
  {
    when: /hedges.g/i,
    text: "Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators. Journal of Educational Statistics, 6(2), 107–128.",
  },
  {
    when: /Hochberg's method/,
    text: 'Hochberg, Y. (1988). A sharper Bonferroni procedure for multiple tests of significance. Biometrika, 75(4), 800–802.',
  },
  {
    when: /Holm's method/,
    text: 'Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics, 6(2), 65–70.',
  },
  {
    when: /Hommel's method/,
    text: 'Hommel, G. (1988). A stagewise rejective multiple test procedure based on a modified Bonferroni test. Biometrika, 75(2), 383–386.',
  },
  {
    when: /exact confidence sequence/i,
    text: 'Howard, S. R., Ramdas, A., McAuliffe, J., & Sekhon, J. (2021). Time-uniform, nonparametric, nonasymptotic confidence sequences. The Annals of Statistics, 49(2), 1055–1080.',
  },
  {
    when: /quantile/i,
    text: 'Hyndman, R. J., & Fan, Y. (1996). Sample quantiles in statistical packages. The American Statistician, 50(4), 361–365.',
  },
  {
    when: /CR1|clustered t/i,
    text: 'Liang, K.-Y., & Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models. Biometrika, 73(1), 13–22.',
  },
  {
    when: /McNemar/,
    text: 'McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions or percentages. Psychometrika, 12(2), 153–157.',
  },
  {
    when: /Newcombe(?!, paired)/,
    text: 'Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions: comparison of eleven methods. Statistics in Medicine, 17(8), 873–890.',
  },
  {
    when: /Newcombe, paired/,
    text: 'Newcombe, R. G. (1998). Improved confidence intervals for the difference between binomial proportions based on paired data. Statistics in Medicine, 17(22), 2635–2650.',
  },
  {
    when: /rearrangements drawn at random/,
    text: 'Phipson, B., & Smyth, G. K. (2010). Permutation P-values should never be zero: calculating exact P-values when permutations are randomly drawn. Statistical Applications in Genetics and Molecular Biology, 9(1), Article 39.',
  },
  {
    when: /Schuirmann/,
    text: 'Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics, 15(6), 657–680.',
  },
  {
    when: /Shaffer/,
    text: 'Shaffer, J. P. (1986). Modified sequentially rejective multiple test procedures. Journal of the American Statistical Association, 81(395), 826–831.',
  },
  {
    when: /noncentral t/,
    text: 'Steiger, J. H., & Fouladi, R. T. (1997). Noncentrality interval estimation and the evaluation of statistical models. In L. L. Harlow, S. A. Mulaik, & J. H. Steiger (Eds.), What if there were no significance tests? (pp. 221–257). Erlbaum.',
  },
  {
    when: /Student|paired t-test|one-sample t-test/i,
    text: 'Student (1908). The probable error of a mean. Biometrika, 6(1), 1–25.',
  },
  {
    when: /asymptotic confidence sequence/i,
    text: 'Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. H., & Ramdas, A. (2024). Time-uniform central limit theory and asymptotic confidence sequences. The Annals of Statistics, 52(6), 2613–2640.',
  },
  {
    when: /Welch/,
    text: 'Welch, B. L. (1947). The generalization of "Student\'s" problem when several different population variances are involved. Biometrika, 34(1–2), 28–35.',
  },
  {
    when: /Wilson/,
    text: 'Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American Statistical Association, 22(158), 209–212.',
  },
  {
    when: /Woodruff/,
    text: 'Woodruff, R. S. (1952). Confidence intervals for medians and other position measures. Journal of the American Statistical Association, 47(260), 635–646.',
  },
  {
    when: /Zou and Donner/,
    text: 'Zou, G. Y., & Donner, A. (2008). Construction of confidence limits about effect measures: a general approach. Statistics in Medicine, 27(10), 1693–1702.',
  },
];

/** The literature of the methods that these words name, by author. */
export function referencesFor(words: string): string[] {
  return REFERENCES.filter(({ when }) => when.test(words)).map(({ text }) => text);
}
