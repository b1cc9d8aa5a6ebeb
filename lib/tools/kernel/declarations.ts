import type * as TypeScript from "typescript";

/** One name that a cell declares, with its text in a `.d.ts` file. Without a name it is `declare global`. */
export interface Declaration {
  readonly name: string | undefined;
  readonly text: string;
  /** Whether the name can be a value, and whether it can be a type. */
  readonly value: boolean;
  readonly type: boolean;
  readonly imported?: boolean;
}

/** Takes a `.d.ts` file apart: one declaration for each name. */
export function parseDeclarations(ts: typeof TypeScript, text: string): Declaration[] {
  const file = ts.createSourceFile("cell.d.ts", text, ts.ScriptTarget.Latest, true);
  return file.statements.flatMap((statement) => parts(ts, statement, file));
}

/**
 * The declarations that later cells see: those of a cell, and the earlier ones that it does not declare again.
 */
export function addDeclarations(earlier: readonly Declaration[], added: readonly Declaration[]): Declaration[] {
  const texts = new Set(added.map(({ text }) => text));
  const kept = earlier.flatMap((old) => {
    if (texts.has(old.text)) return [];
    const anew = added.filter(({ name }) => name !== undefined && name === old.name);
    const [value, type] = [anew.some((one) => one.value), anew.some((one) => one.type)];
    if ((!value || !old.value) && (!type || !old.type)) return [old];
    if ((value || !old.value) && (type || !old.type)) return [];
    // Where only the type of a class is hidden, its value stays, but has no type that could be named.
    return value ? [] : [{ name: old.name, text: `declare let ${old.name}: any;`, value: true, type: false }];
  });
  return [...kept, ...added];
}

/** Declarations as the text of a `.d.ts` file. */
export const declarationText = (declarations: readonly Declaration[]): string =>
  declarations.map(({ text }) => `${text}\n`).join("");

function parts(ts: typeof TypeScript, statement: TypeScript.Statement, file: TypeScript.SourceFile): Declaration[] {
  const whole = statement
    .getText(file)
    .replace(/^export\s+default\s+(?=function\b|class\b|abstract\b)/, "declare ")
    .replace(/^export\s+(?:default\s+)?(?=declare\b|interface\b|type\b)/, "");
  const one = (name: string | undefined, value: boolean, type: boolean, text = whole): Declaration => ({
    name,
    text: withComment(text, statement, file),
    value,
    type,
  });
  if (ts.isVariableStatement(statement)) {
    const { flags, declarations } = statement.declarationList;
    const word = flags & ts.NodeFlags.Let ? "let" : flags & ts.NodeFlags.BlockScoped ? "const" : "var";
    return declarations.map((declaration) =>
      one(declaration.name.getText(file), true, false, `declare ${word} ${declaration.getText(file)};`),
    );
  }
  if (ts.isFunctionDeclaration(statement)) return statement.name ? [one(statement.name.text, true, false)] : [];
  if (ts.isClassDeclaration(statement)) return statement.name ? [one(statement.name.text, true, true)] : [];
  if (ts.isEnumDeclaration(statement)) return [one(statement.name.text, true, true)];
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return [one(statement.name.text, false, true)];
  if (ts.isModuleDeclaration(statement))
    return ts.isIdentifier(statement.name) && !(statement.flags & ts.NodeFlags.GlobalAugmentation)
      ? [one(statement.name.text, true, true)]
      : [one(undefined, false, false)];
  if (ts.isImportEqualsDeclaration(statement)) return [one(statement.name.text, true, true)];
  if (ts.isImportDeclaration(statement))
    return imports(ts, statement, file).map(([name, text]) => ({ ...one(name, true, true, text), imported: true }));
  return [];
}

/** One import for each name. */
function imports(
  ts: typeof TypeScript,
  { importClause: clause, moduleSpecifier, attributes }: TypeScript.ImportDeclaration,
  file: TypeScript.SourceFile,
): (readonly [string, string])[] {
  if (!clause) return [];
  const from = `from ${moduleSpecifier.getText(file)}${attributes ? ` ${attributes.getText(file)}` : ""};`;
  const word = clause.isTypeOnly ? "import type" : "import";
  const found: (readonly [string, string])[] = [];
  if (clause.name) found.push([clause.name.text, `${word} ${clause.name.text} ${from}`]);
  const bindings = clause.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings))
    found.push([bindings.name.text, `${word} * as ${bindings.name.text} ${from}`]);
  else if (bindings)
    for (const element of bindings.elements)
      found.push([element.name.text, `${word} { ${element.getText(file)} } ${from}`]);
  return found;
}

/** A declaration with its comment, which Shift-Tab shows. */
function withComment(text: string, statement: TypeScript.Statement, file: TypeScript.SourceFile): string {
  const before = file.text.slice(statement.pos, statement.getStart(file));
  const comment = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(before)?.[0].trim();
  return comment ? `${comment}\n${text}` : text;
}
