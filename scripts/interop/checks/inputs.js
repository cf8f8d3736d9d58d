const ALTERNATIVES = ['two-sided', 'greater', 'less'];

/** A list of values of several kinds: normal, skewed, on a narrow scale, with a large offset; to `digits` decimals when given. */
export function sample(random, n, { digits, shift = 0 } = {}) {
  const kind = random.below(4);
  const offset = kind === 3 ? 1000 : 0;
  const scale = kind === 2 && digits === undefined ? 0.01 : 1;
  const draw = () => ((kind === 1 ? random.lognormal() : random.normal()) + shift) * scale + offset;
  return Array.from({ length: n }, () => (digits === undefined ? draw() : Number(draw().toFixed(digits))));
}

/** Two lists of one kind, `least` to `most` values each. */
export function twoSamples(random, least, most, options = {}) {
  const kind = random.split('kind').below(1000);
  const size = () => least + random.below(most - least + 1);
  const [m, n] = [size(), size()];
  return {
    first: sample(random.split(kind), m, options),
    second: sample(random.split(kind), n + m, { ...options, shift: random.normal(0, 0.5) }).slice(m),
  };
}

export function pairs(random, least, most, options = {}) {
  const n = least + random.below(most - least + 1);
  const first = sample(random.split('first'), n, options);
  const noise = sample(random.split('noise'), n, options);
  const shift = random.normal(0, 0.3);
  const { digits } = options;
  const second = first.map((x, i) => Number((x + noise[i] + shift).toFixed(digits ?? 12)));
  return { first, second };
}

export function alternative(random) {
  return ALTERNATIVES[random.below(3)];
}

/** R spells the alternative with a dot. */
export const R_ALTERNATIVE = "alt <- sub('-', '.', alternative, fixed = TRUE)";

export function groups(random, k, least, most, options = {}) {
  return Array.from({ length: k }, () =>
    sample(random.split('kind'), most, options)
      .map((x) => x + (options.digits === undefined ? random.normal(0, 0.3) : 0))
      .slice(0, least + random.below(most - least + 1)),
  );
}

/** The numbers of a result. */
export function numbers(result, ...names) {
  const all = { ...result, low: result.ci?.low ?? null, high: result.ci?.high ?? null };
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}
