/**
 * One peer's result as a line.
 * @param {import('../measure.mjs').Cell} cell
 */
export function line({ peer, failure, verdict, bytesPerSecond = 0, ratio, wallRatio, rounds }) {
  const name = `  ${peer.padEnd(30)}`;
  if (failure !== undefined || ratio === undefined) return `${name} ${failure ?? 'not measured'}`;
  const { q1, median, q3 } = ratio;
  const megabytes = bytesPerSecond / 1e6;
  const number = megabytes >= 100 ? megabytes.toFixed(0) : megabytes.toPrecision(3);
  const speed = `${number.padStart(6)} MB/s`;
  const wrong =
    verdict !== undefined && verdict.wrong > 0 ? `  ${verdict.wrong} differ of ${verdict.of}` : '';
  return (
    `${name} ${speed}  ${median.toFixed(2).padStart(7)} [${q1.toFixed(2)}, ${q3.toFixed(2)}]` +
    `  wall ${wallRatio?.median.toFixed(2)}  ${rounds?.length} rounds${wrong}`
  );
}
