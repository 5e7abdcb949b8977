// What libraries do while they are loaded or set up that no service needs, taken out of bundles: together more than half of
// the time that a start took. Each plugin fails the build when the code that it knows is no longer there.
import { getBuiltinModule } from 'node:process';

/** An edit of one module: `[what is there, what takes its place in as many lines]`, so that its source map stays right. */
function edit(name, file, [found, replacement]) {
  return {
    name,
    transform: {
      filter: { id: file },
      handler(code, id) {
        if (!code.includes(found))
          throw new Error(`${id} has changed: look at "${name}" in tools/build/quick-start.mjs`);
        return { code: code.replace(found, replacement), map: null };
      },
    },
  };
}

/**
 * protovalidate compiles the CEL expressions of all rules that a type of field can have, also of those that its own
 * JavaScript checks, which are all that Kiban's protos use but one: 130 ms. Here each is compiled when it is asked for.
 */
const lazyRules = edit('lazy rules', /@bufbuild[\\/]protovalidate[\\/]dist[\\/]esm[\\/]cel\.js$/, [
  `                standard.push({
                    field,
                    rule,
                    compiled: this.compileRule(rule),
                });`,
  `                let compiled;
                const compile = () => (compiled ??= this.compileRule(rule));
                standard.push({ field, rule,
                    get compiled() { return compile(); },
                });`,
]);

/**
 * pino asks who calls it, to find worker transports beside the caller. With source maps on, Node reads the whole map of the
 * bundle for the answer: 100 ms. Services write to stdout themselves.
 */
const noCallers = edit('no callers', /[\\/]pino[\\/]lib[\\/]caller\.js$/, [
  'module.exports = function getCallers () {',
  'module.exports = function getCallers () { return []',
]);

/**
 * `import 'node:http'` makes Node read every export, and the getters of some load what nobody here uses: those of
 * http.WebSocket and its events undici, 60 ms; those of util the differ of assert, 4 ms. getBuiltinModule() reads none.
 */
const LOAD_MORE = {
  http: ['WebSocket', 'CloseEvent', 'MessageEvent'],
  util: ['MIMEParams', 'MIMEType', 'diff', 'setTraceSigInt'],
};
const BUILTIN = '\0node-';
const builtinsAlone = {
  name: 'builtins alone',
  resolveId: {
    filter: { id: new RegExp(`^(node:)?(${Object.keys(LOAD_MORE).join('|')})$`) },
    // require() has no such trouble.
    handler: (id, _, { kind }) => (kind === 'import-statement' ? BUILTIN + id.replace('node:', '') : null),
  },
  load: {
    filter: { id: new RegExp(`^${BUILTIN}`) },
    handler(id) {
      const name = id.slice(BUILTIN.length);
      const names = Object.keys(getBuiltinModule(`node:${name}`)).filter((each) => !LOAD_MORE[name].includes(each));
      return `const builtin = process.getBuiltinModule('node:${name}');
export default builtin;
export const { ${names.join(', ')} } = builtin;`;
    },
  },
};

/**
 * grpc-js writes out two stack traces for every call that fails, and the first one makes Node read the maps of the bundle: 100
 * ms and 20 MB when a service asks Pub/Sub for the first time. Here a failure has one trace, written when somebody looks.
 */
const noCallStacks = edit('no call stacks', /[\\/]grpc-js[\\/]build[\\/]src[\\/]call\.js$/, [
  `    const error = new Error(message);
    const stack = \`\${error.stack}\\nfor call at\\n\${callerStack}\`;
    return Object.assign(new Error(message), status, { stack });`,
  `    return Object.assign(new Error(message), status);

`,
]);
const noCallerStacks = edit('no caller stacks', /[\\/]grpc-js[\\/]build[\\/]src[\\/]client\.js$/, [
  'function getErrorStackString(error) {',
  'function getErrorStackString() { const error = {};',
]);

/** Nest's own logger formats times; nobody logs with it here, and the tables of the calendar take 5 ms to read. */
const noCalendar = edit('no calendar', /[\\/]@nestjs[\\/]common[\\/]services[\\/]console-logger\.service\.js$/, [
  'const dateTimeFormatter = new Intl.DateTimeFormat(',
  'const dateTimeFormatter = ((...options) => ({ format: (time) => new Intl.DateTimeFormat(...options).format(time) }))(',
]);

export const quickStart = [noCalendar, lazyRules, noCallers, builtinsAlone, noCallStacks, noCallerStacks];
