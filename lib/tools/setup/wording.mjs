// A source without its wording: two sources that compute the same and only say it otherwise have the same text.
import ts from "typescript";

/**
 * Code without what only a reader sees: comments, layout, the arguments of errors, and each text with a space in it.
 * Operations, attributes, layers and random streams have names without one.
 *
 * @param {string} name The file's name; its ending tells the language.
 * @param {string} text JavaScript or TypeScript.
 */
export function withoutWording(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  const { factory } = ts;
  const blank = (node) => {
    if (!ts.isStringLiteralLike(node) && !isTemplatePiece(node)) return node;
    if (!/\s/.test(node.text)) return node;
    if (ts.isTemplateHead(node)) return factory.createTemplateHead("");
    if (ts.isTemplateMiddle(node)) return factory.createTemplateMiddle("");
    if (ts.isTemplateTail(node)) return factory.createTemplateTail("");
    return factory.createStringLiteral("");
  };
  const strip = (context) => {
    const visit = (node) =>
      ts.isNewExpression(node) && ts.isIdentifier(lastName(node.expression)) && isError(lastName(node.expression).text)
        ? factory.updateNewExpression(node, node.expression, undefined, [])
        : ts.visitEachChild(blank(node), visit, context);
    return (file) => ts.visitNode(file, visit);
  };
  const { transformed } = ts.transform(source, [strip]);
  return ts.createPrinter({ removeComments: true }).printFile(transformed[0]);
}

const isTemplatePiece = (node) => ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
const isError = (name) => name.endsWith("Error");
/** `UserError` of `errors_1.UserError`. */
const lastName = (expression) => (ts.isPropertyAccessExpression(expression) ? expression.name : expression);
