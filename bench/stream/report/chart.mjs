import { page } from '../../fan-out/report/page.mjs';

const LEFT = 330;
const RIGHT = 760;
const BAR = 14;
const STEP = BAR + 6;

/** Bars of everybody's processor time on the first Node, workload by workload. @param {import('./result.mjs').Result} result @param {readonly import('../part.mjs').Part[]} parts */
export function chart({ tables, nodes }, parts) {
  const [first] = tables;
  const shown = tables.filter(({ node }) => node === first?.node);
  /** @type {string[]} */
  const marks = [];
  let y = 40;
  for (const { part: name, workload, cells } of shown) {
    const part = parts.find((one) => one.name === name);
    const title = part?.workloads.find((one) => one.name === workload)?.title ?? workload;
    const most = Math.max(...cells.map(({ cpu }) => cpu?.median ?? 0));
    marks.push(`<text class="head small" x="12" y="${y + 14}">${part?.title}: ${title}</text>`);
    y += 24;
    for (const { participant, cpu } of cells) {
      if (cpu === undefined) continue;
      const role = part?.participants.find((one) => one.name === participant)?.role;
      const width = Math.round((cpu.median / most) * (RIGHT - LEFT));
      marks.push(
        `<text class="small" x="${LEFT - 10}" y="${y + 11}" text-anchor="end">${participant}</text>`,
        `<rect class="${{ ours: 'a', floor: 'b', peer: 'c' }[role ?? 'peer']}" x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="1"/>`,
        `<text class="small" x="${LEFT + width + 6}" y="${y + 11}">${cpu.median.toFixed(2)}</text>`,
      );
      y += STEP;
    }
    y += 12;
  }
  return page(`Microseconds of processor time for one event, Node ${nodes[0]}`, y + 10, marks);
}
