/** @type {readonly import('../part.mjs').Target[]} */
export const targets = [
  { workload: 'fast', of: 'eventwire', to: 'by-hand', most: 0.8 },
  { workload: 'fast', of: 'eventwire', to: 'best peer', most: 0.5 },
  { workload: 'fast', of: 'eventwire-web', to: 'hono', most: 0.5 },
  { workload: 'four', of: 'eventwire', to: 'by-hand', most: 1 },
  { workload: 'four', of: 'eventwire', to: 'best peer', most: 0.7 },
  { workload: 'four', of: 'eventwire-web', to: 'hono', most: 0.5 },
  { workload: 'paced', of: 'eventwire', to: 'by-hand', most: 1.3 },
];
