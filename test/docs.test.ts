import { readFileSync } from 'fs';
import * as path from 'path';
import * as library from '../src';

const read = (...names: string[]): string => readFileSync(path.join(__dirname, '..', ...names), 'utf8');
const README = read('README.md');
const ORACLE = read('docs', 'oracle-replication.md');

/** As GitHub makes anchors of headings. */
const anchors = (text: string): string[] => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^a-z0-9 _-]/g, '').replace(/ /g, '-'));

test('links into the page about Oracle lead to its headings', () => {
  const linked = [...README.matchAll(/docs\/oracle-replication\.md#([\w-]+)/g), ...ORACLE.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
  expect(linked.length).toBeGreaterThan(5);
  expect(anchors(ORACLE)).toEqual(expect.arrayContaining(linked));
});

test.each([['README', README], ['the page about Oracle', ORACLE]])('samples of %s import what there is', (_, text) => {
  const imported = [...text.matchAll(/^import \{([^}]*)\} from 'cdk-customer-data-platform';/gm)].flatMap(([, names]) => names.split(',').map((name) => name.trim()).filter(Boolean));
  expect(imported.length).toBeGreaterThan(2);
  expect(Object.keys(library)).toEqual(expect.arrayContaining(imported));
});
