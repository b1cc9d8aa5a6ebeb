import type * as TypeScript from "@tslab/typescript-for-tslab";

/**
 * The declarations (`.d.ts` text) without the variables, functions, classes and imports that hold no value.
 *
 * @param holds whether a name has a value
 */
export function keepDeclarations(
  ts: typeof TypeScript,
  declarations: string,
  holds: (name: string) => boolean,
): string {
  const file = ts.createSourceFile("cell.d.ts", declarations, ts.ScriptTarget.Latest, true);
  return file.statements
    .filter((statement) => {
      const names = valueNames(ts, statement);
      return names.length === 0 || names.every(holds);
    })
    .map((statement) => statement.getFullText(file))
    .join("");
}

function valueNames(ts: typeof TypeScript, statement: TypeScript.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement))
    return statement.name ? [statement.name.text] : [];
  // An import of types only leaves no value behind; one of values has been loaded before the first statement ran.
  return [];
}
