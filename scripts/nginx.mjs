import { spawnSync } from 'node:child_process';

/**
 * What an nginx says of itself: its version, and the folder in which it looks for modules.
 * @param {string} nginx its path
 */
export function describeNginx(nginx) {
  const { stderr } = spawnSync(nginx, ['-V'], { encoding: 'utf8' });
  const [, version] = /nginx version: nginx\/(\S+)/.exec(stderr ?? '') ?? [];
  const [, modules] = /--modules-path=(\S+)/.exec(stderr ?? '') ?? [];
  if (version === undefined || modules === undefined)
    throw new Error(`${nginx} does not say what it is: ${stderr}`);
  return { version, modules };
}
