import { existsSync } from 'fs';
import * as path from 'path';

const ASSETS = path.join(__dirname, '..', 'assets');

test.each(['dispatch/dispatcher', 'dispatch/run-notifier', 'dispatch/sweep', 'replication/lifecycle', 'replication/watch', 'warehouse/setup'])('the bundle of %s runs on its own', (name) => {
  const bundle = path.join(ASSETS, `${name}.lambda`, 'index.js');
  expect(existsSync(bundle)).toBe(true);
  expect(jest.requireActual(bundle)).toEqual({ handler: expect.any(Function) });
});

test.each(['jobs/check_quality.py', 'jobs/load_csv.py', 'jobs/merge_changes.py', 'jobs/convert_oracle_schema.py', 'customer_data/__init__.py'])('Glue gets %s', (file) => {
  expect(existsSync(path.join(ASSETS, 'runtime', file))).toBe(true);
});
