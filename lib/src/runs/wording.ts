import ts from "typescript";

/**
 * Code without what only a reader sees: comments, layout, the arguments of errors, and each text with a space in it
 * (names of operations, attributes, layers and random streams have none). Two sources that differ only in their wording
 * give the same text.
 *
 * @param name The file's name; its ending tells the language.
 * @param text JavaScript or TypeScript.
 */
export function withoutWording(name: string, text: string): string {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  const { factory } = ts;
  const blank = (node: ts.Node): ts.Node => {
    if (!ts.isStringLiteralLike(node) && !isTemplatePiece(node)) return node;
    if (!/\s/.test(node.text)) return node;
    if (ts.isTemplateHead(node)) return factory.createTemplateHead("");
    if (ts.isTemplateMiddle(node)) return factory.createTemplateMiddle("");
    if (ts.isTemplateTail(node)) return factory.createTemplateTail("");
    return factory.createStringLiteral("");
  };
  const strip: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const visit = (node: ts.Node): ts.Node =>
      ts.isNewExpression(node) && /Error$/.test(lastName(node.expression))
        ? factory.updateNewExpression(node, node.expression, undefined, [])
        : ts.visitEachChild(blank(node), visit, context);
    return (file) => ts.visitEachChild(file, visit, context);
  };
  const { transformed } = ts.transform(source, [strip]);
  return ts.createPrinter({ removeComments: true }).printFile(transformed[0] ?? source);
}

const isTemplatePiece = (node: ts.Node): node is ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail =>
  ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);

/** `UserError` of `errors_1.UserError`. */
function lastName(expression: ts.Expression): string {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : "";
}
