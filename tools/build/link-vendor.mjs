// Makes a file of ours import what it uses of packages from one file of the vendor bundle.
import { basename } from 'node:path';

/** As the bundler writes them: one a line. */
const STATEMENT = /^import (?:(?<clause>.+) from )?"(?<from>[^"]+)";$/;
/** Exports of packages that are namespaces themselves. */
const NAMESPACES = { zod: ['z', 'default'] };
const CLAUSE = /^(?<whole>[\w$]+)?(?:, )?(?:\* as (?<namespace>[\w$]+)|\{ (?<names>.+) \})?$/;

/**
 * The code of a chunk whose imports of packages come from its vendor file, and `vendor`, `[name, code]` of the module which
 * that file is made of: it exports what the chunk uses of packages and no more. Undefined where that is nothing. `isPackage`
 * tells packages among what the chunk imports. What is not an import keeps its line and column: the chunk's source map
 * holds. Throws when an import is not found in the code.
 */
export function linkVendor({ fileName, code, imports, dynamicImports }, isPackage) {
  const missing = new Set([...imports, ...dynamicImports].filter(isPackage));
  if (!missing.size) return { fileName, code };
  const imported = new Set();
  const exported = new Set();
  const packages = new Set(imports.filter(isPackage));
  let linked = code.replaceAll(/^import .+;$/gm, (line) => {
    const { from, clause = '' } = STATEMENT.exec(line)?.groups ?? {};
    if (!packages.has(from)) return line;
    missing.delete(from);
    for (const [name, local] of bindings(clause)) {
      imported.add(`${exportedAs(from, name)} as ${local}`);
      const isNamespace = name === '*' || NAMESPACES[from]?.includes(name);
      const members = isNamespace ? membersOf(local, code) : undefined;
      exported.add(members ? exportMembers(from, name, members) : exportName(from, name));
    }
    if (!clause) exported.add(`import "${from}";`);
    return '';
  });
  for (const from of dynamicImports.filter(isPackage)) {
    const call = `import("${from}")`;
    if (linked.includes(call)) missing.delete(from);
    const loader = exportedAs(from, 'load');
    linked = linked.replaceAll(call, `${loader}()`.padEnd(call.length));
    imported.add(loader);
    exported.add(`export const ${loader} = () => ${call};`);
  }
  if (missing.size)
    throw new Error(`${fileName}: tools/build/link-vendor.mjs does not see the imports of ${[...missing].join(', ')}`);
  const name = `vendor.${basename(fileName, '.mjs')}`;
  // An import may stand anywhere; at the end it moves nothing.
  const statement = `import { ${[...imported].join(', ')} } from "./${name}.mjs";\n`;
  return { fileName, code: `${linked.trimEnd()}\n${statement}`, vendor: [name, [...exported].join('\n')] };
}

/** `[imported, local]` of what stands between `import` and `from`; a namespace's imported name is `*`. */
function bindings(clause) {
  const { whole, namespace, names } = CLAUSE.exec(clause)?.groups ?? {};
  const found = names?.split(', ').map((each) => each.split(' as ')) ?? [];
  if (whole) found.push(['default', whole]);
  if (namespace) found.push(['*', namespace]);
  return found.map(([imported, local = imported]) => [imported, local]);
}

/** Names used as members of `local`; undefined when it is used as a whole, too, or a text has a word like it. */
function membersOf(local, code) {
  const uses = code.matchAll(
    new RegExp(`(?<![\\w$.-])${local.replaceAll('$', '\\$')}(?![\\w$])(?:\\.([\\w$]+))?`, 'g'),
  );
  const members = new Set([...uses].slice(1).map(([, member]) => member)); // the first is the import
  return members.has(undefined) ? undefined : [...members];
}

function exportName(from, name) {
  const as = exportedAs(from, name);
  return name === '*' ? `export * as ${as} from "${from}";` : `export { ${name} as ${as} } from "${from}";`;
}

/** An object with the members that are used leaves the others to tree-shaking: of zod the texts in fifty languages. */
function exportMembers(from, name, members) {
  const as = exportedAs(from, name);
  const whole = `_${as}`;
  const entries = members.toSorted().map((each) => `${each}: ${whole}.${each}`);
  return [
    `import ${name === '*' ? `* as ${whole}` : `{ ${name} as ${whole} }`} from "${from}";`,
    `export const ${as} = { ${entries.join(', ')} };`,
  ].join('\n');
}

/** `Pool` of `pg` is `pg$Pool`: packages may export the same names. */
function exportedAs(from, name) {
  return `${from.replaceAll(/\W/g, '_')}$${name === '*' ? '' : name}`;
}
