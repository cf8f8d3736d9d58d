/** Rows of { what, level, covered, runs, note } as a table in Markdown. */
export function coverageTable(rows) {
  const lines = rows.map(({ what, level, covered, runs, note = '' }) => {
    const error = 2 * Math.sqrt((covered * (1 - covered)) / runs);
    return `| ${what} | ${percent(level)} | ${percent(covered)} ± ${percent(error)} | ${runs} | ${note} |`;
  });
  return ['| what | to hold | held | runs | |', '| --- | --- | --- | --- | --- |', ...lines].join('\n');
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}
