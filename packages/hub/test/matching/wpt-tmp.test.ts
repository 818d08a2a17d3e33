import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { URLPattern } from 'urlpattern-polyfill/urlpattern';
import { compileComponents, urlComponents } from '../../src/matching/url-pattern';
const C = ['protocol','username','password','hostname','port','pathname','search','hash'];
it('wpt', () => {
  const cases = JSON.parse(readFileSync('/tmp/hubx/urlpatterntestdata.json','utf8'));
  let n=0, skipped=0, bad:any[]=[], refused:any[]=[];
  for (const c of cases) {
    if (c.expected_match === undefined && c.expected_obj !== 'error' ) { }
    let pattern: any;
    try { pattern = new (URLPattern as any)(...c.pattern); } catch (e) { if (c.expected_obj !== 'error') bad.push(['polyfill throws', JSON.stringify(c), String(e)]); continue; }
    if (c.expected_obj === 'error') { bad.push(['should throw', JSON.stringify(c.pattern)]); continue; }
    if (!c.inputs) continue;
    if (c.expected_match === 'error') continue;
    if (c.pattern.some((x:any)=>x?.ignoreCase)) { skipped++; continue; }
    let test;
    try { test = compileComponents(pattern); } catch (e) { refused.push([JSON.stringify(c.pattern), String(e)]); continue; }
    // input components from the polyfill's result or by URL
    const [input, base] = c.inputs;
    let comps: any;
    if (typeof input === 'string') { comps = urlComponents(input, base); if (!comps) { n++; if (c.expected_match) bad.push(['no url', JSON.stringify(c)]); continue; } }
    else {
      // canonicalise by the polyfill with a pattern that takes everything
      const r = new (URLPattern as any)({}).exec(input);
      if (!r) { n++; if (c.expected_match) bad.push(['input null', JSON.stringify(c)]); continue; }
      comps = C.map(k => r[k].input);
    }
    n++;
    const got = test(comps);
    if (got !== (c.expected_match !== null)) bad.push([got, JSON.stringify(c), JSON.stringify(comps)]);
  }
  console.log({ n, skipped, refused, bad });
});
