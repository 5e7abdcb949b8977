// Nest 12 loads gRPC packages through createRequire(import.meta.url)('…'), which bundlers cannot see: the bundle
// would start without them. This plugin turns those calls into static imports.

const NEST = /@nestjs[\\/](microservices|common|core)[\\/].*\.js$/;
const LITERAL = /createRequire\(import\.meta\.url\)\('(@grpc\/grpc-js|@grpc\/proto-loader)'\)/g;
const PROTO_LOADER = /createRequire\(import\.meta\.url\)\(protoLoader\)/g;

/** A rolldown plugin. Only whole lines are prepended and calls replaced in place, so line mappings stay exact. */
export function staticNestImports() {
  return {
    name: 'static-nest-imports',
    transform: { filter: { id: NEST }, handler: rewrite },
  };
}

/** The rewritten module and its source map, or null when there is nothing to rewrite. Exported for its test. */
export function rewrite(code) {
  const names = [];
  const alias = (name) => {
    if (!names.includes(name)) names.push(name);
    return `__nest_static_${names.indexOf(name)}`;
  };
  const body = code.replace(LITERAL, (_, name) => alias(name)).replace(PROTO_LOADER, () => alias('@grpc/proto-loader'));
  if (!names.length) return null;
  const imports = names.map((name, index) => `import * as __nest_static_${index} from '${name}';`).join(' ');
  // One line: what follows moves down by nothing when the imports share the first line of the module.
  return { code: `${imports} ${body}`, map: { version: 3, sources: [], names: [], mappings: '' } };
}
