// What is held of all prose: lines that a diff can show, links that lead somewhere, and sentences with a subject.
import relativeLinks from 'markdownlint-rule-relative-links';
import plainOpenings from './scripts/markdown-plain-openings.mjs';

export default {
  globs: ['**/*.md'],
  ignores: ['**/node_modules', '**/dist', 'coverage', '.mutation', '**/CHANGELOG.md', '.changeset'],
  customRules: [relativeLinks, plainOpenings],
  noProgress: true,
  config: {
    default: false,
    // Code that is quoted keeps its lines; figures stand in tables.
    'line-length': { line_length: 110, code_blocks: false, tables: false, strict: false },
    'link-fragments': true,
    'relative-links': true,
    'plain-openings': true,
  },
};
