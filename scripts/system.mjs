// Programs that tests need beside Node: found, or installed from Debian's packages where we are root.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @type {Record<string, { commands: string[], packages: string[], variable: string, files?: string[] }>} */
const components = {
  chromium: {
    commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    // A font beside it, since a page without any font has no text to measure or to look at.
    packages: ['chromium', 'fonts-dejavu-core'],
    variable: 'CHROMIUM_PATH',
  },
  firefox: {
    commands: ['firefox-esr', 'firefox'],
    packages: ['firefox-esr', 'fonts-dejavu-core'],
    variable: 'FIREFOX_PATH',
  },
  redis: { commands: ['redis-server'], packages: ['redis-server'], variable: 'REDIS_SERVER_PATH' },
  nginx: {
    commands: ['nginx'],
    // With the module that the peers' tests and the benches use.
    packages: ['nginx', 'libnginx-mod-nchan'],
    variable: 'NGINX_PATH',
    files: ['/usr/lib/nginx/modules/ngx_nchan_module.so'],
  },
  curl: { commands: ['curl'], packages: ['curl'], variable: 'CURL_PATH' },
  php: {
    commands: ['php'],
    // With the publisher that the hub's tests use.
    packages: ['php-cli', 'php-symfony-mercure', 'php-symfony-http-client'],
    variable: 'PHP_PATH',
    files: ['/usr/share/php/Symfony/Component/Mercure/autoload.php'],
  },
  python: { commands: ['python3'], packages: ['python3'], variable: 'PYTHON_PATH' },
  // For better-sqlite3, which has no prebuilt binary in the registry.
  compiler: { commands: ['g++'], packages: ['g++', 'make', 'python3'], variable: 'CXX' },
};
/** msw 3 needs Node 22.12; msw 2 is tested everywhere. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
export const nodeRunsMsw3 = major > 22 || (major === 22 && minor >= 12);
/** Where servers are installed, which is not on everybody's PATH. */
const serverFolders = ['/usr/local/sbin', '/usr/sbin'];

/** @param {string} name @returns {string | undefined} the program's path */
export function find(name) {
  const component = components[name];
  if (component === undefined) throw new Error(`No component is named ${name}.`);
  const given = process.env[component.variable];
  if (given) return given;
  if (!(component.files ?? []).every(existsSync)) return undefined;
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...serverFolders]) {
    for (const command of component.commands) {
      const path = join(folder, command);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {}
    }
  }
  return undefined;
}

/**
 * Makes sure that a component is there. Throws where it cannot be had and CI is set; elsewhere it says
 * what to run, and the caller leaves out what needs it.
 * @param {string} name @returns {string | undefined} the program's path
 */
export function ensure(name) {
  const found = find(name);
  if (found !== undefined) return found;
  const { packages, variable } = /** @type {(typeof components)[string]} */ (components[name]);
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    console.log(`Installing ${packages.join(', ')} from Debian's packages`);
    aptGet(['update', '-qq']);
    aptGet(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
    const installed = find(name);
    if (installed !== undefined) return installed;
  }
  const advice =
    `${name} is needed and was not found. Install it (Debian: sudo apt-get install ${packages.join(' ')}), ` +
    `or name its path in ${variable}.`;
  if (process.env.CI) throw new Error(advice);
  console.error(advice);
  return undefined;
}

/** The environment variable that names a component's path, for tests. @param {string} name */
export const variableOf = (name) => /** @type {(typeof components)[string]} */ (components[name]).variable;

/**
 * For commands that can do nothing without them: all of these, as the environment that names them, or the end of this process.
 * @param {string[]} names @returns {Record<string, string>}
 */
export function ensureAll(names) {
  /** @type {Record<string, string>} */
  const env = {};
  for (const name of names) {
    const path = ensure(name);
    if (path === undefined) process.exit(1);
    env[variableOf(name)] = path;
  }
  return env;
}

/** @param {string[]} args */
function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // A mirror that was slow once usually answers the second time.
  for (let attempt = 1; attempt <= 2; attempt++) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status === 0) return;
    console.error(`apt-get ${args[0]} failed (attempt ${attempt}):\n${stderr}`);
  }
}
