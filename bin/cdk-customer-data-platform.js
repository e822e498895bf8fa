#!/usr/bin/env node
// Runs the command line of this package's Python code, which Glue runs too, with the Python of whoever calls it. From the wheel it
// is called by the console script of the same name.
'use strict';

const { spawnSync } = require('child_process');
const path = require('path');

const runtime = path.join(__dirname, '..', 'assets', 'runtime');
const python = process.env.PYTHON || (process.platform === 'win32' ? 'python' : 'python3');
const ended = spawnSync(python, ['-m', 'customer_data.quality', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PYTHONPATH: [runtime, process.env.PYTHONPATH].filter(Boolean).join(path.delimiter),
    PYTHONDONTWRITEBYTECODE: '1', // the package may be read-only, or in a temporary folder
  },
});
if (ended.error) {
  console.error(`Python cannot be started as '${python}' (${ended.error.code}), but Python 3.11 is needed; install it, activate its virtual environment, or set PYTHON to its path`);
}
process.exitCode = ended.status ?? 1;
