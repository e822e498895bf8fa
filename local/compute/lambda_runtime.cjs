'use strict';
/*
 * One Lambda execution environment: a line of JSON in is an invocation, a marked line of JSON out is its result.
 * Everything else on standard output is the function's own log.
 *
 * usage: node lambda_runtime.cjs DIRECTORY HANDLER MARKER
 *
 * Two host names that exist only in AWS are led to the local endpoint: `<bucket>.localhost`, which some resolvers do
 * not know, and the host that custom resources answer to, which is always reached by https without a port.
 */
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');
const readline = require('node:readline');
const { pathToFileURL } = require('node:url');

const [, , directory, handler, marker] = process.argv;
const endpoint = new URL(process.env.AWS_ENDPOINT_URL);
const RESPONSE_HOST = 'cloudformation-custom-resource-response.localhost';

const lookup = dns.lookup;
dns.lookup = (host, options, callback) => {
  const name = host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host;
  return lookup(name, options, callback);
};

const httpsRequest = https.request;
https.request = (...args) => {
  const first = typeof args[0] === 'string' ? new URL(args[0]) : args[0];
  if ((first.hostname ?? first.host) !== RESPONSE_HOST) {
    return httpsRequest(...args);
  }
  const more = args.slice(1).find((argument) => typeof argument === 'object') ?? {};
  const callback = args.find((argument) => typeof argument === 'function');
  const { agent, ...options } = first instanceof URL ? { path: first.pathname + first.search, ...more } : first;
  return http.request({ ...options, protocol: 'http:', hostname: endpoint.hostname, host: endpoint.hostname, port: endpoint.port }, callback);
};

const fetchAnything = globalThis.fetch;
globalThis.fetch = (resource, init) => {
  const url = new URL(typeof resource === 'object' && 'url' in resource ? resource.url : String(resource));
  return url.hostname === RESPONSE_HOST
    ? fetchAnything(new URL(url.pathname + url.search, endpoint), init)
    : fetchAnything(resource, init);
};

async function load() {
  const dot = handler.lastIndexOf('.');
  const [module, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const file = ['.js', '.cjs', '.mjs'].map((ending) => path.join(directory, module + ending)).find((f) => fs.existsSync(f));
  if (!file) {
    throw Object.assign(new Error(`Cannot find module '${module}'`), { name: 'Runtime.ImportModuleError' });
  }
  const loaded = file.endsWith('.mjs') ? await import(pathToFileURL(file).href) : require(file);
  const found = loaded[name] ?? loaded.default?.[name];
  if (typeof found !== 'function') {
    throw Object.assign(new Error(`${handler} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  return found;
}

function invoke(run, event, invocation) {
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: invocation.requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - Date.now()),
  };
  return new Promise((resolve, reject) => {
    const result = run(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    if (run.length < 3 || typeof result?.then === 'function') {
      Promise.resolve(result).then(resolve, reject);
    }
  });
}

function describe(error) {
  return {
    errorType: error?.name ?? 'Error',
    errorMessage: error?.message ?? String(error),
    trace: String(error?.stack ?? '').split('\n'),
  };
}

const loading = load();
loading.catch(() => undefined);

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const invocation = JSON.parse(line);
  let outcome;
  try {
    outcome = { result: (await invoke(await loading, invocation.event, invocation)) ?? null };
  } catch (error) {
    console.error(`${error?.stack ?? error}`);
    outcome = { error: describe(error) };
  }
  process.stdout.write(`${marker}${JSON.stringify(outcome)}\n`);
});
