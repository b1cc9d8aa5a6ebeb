import { dirname } from "node:path";
import type * as TypeScript from "typescript";
import type { BoundFile, Compiler } from "./typescript";

/** What the transformation of a cell needs to know of it. */
export interface CellContext {
  readonly checker: TypeScript.TypeChecker;
  readonly earlier: BoundFile;
  /** The file that declares what the kernel adds to the global names. */
  readonly globalsFile: string;
  /** Whether the last expression is to be shown. */
  readonly shows: boolean;
}

type Resolve = (specifier: TypeScript.StringLiteralLike) => string | undefined;
type Transformer = TypeScript.TransformerFactory<TypeScript.SourceFile>;

/**
 * Prepares an imported file: relative imports name the file that was found, loops and functions check whether the cell
 * was stopped, and an `await` lets the event loop run from time to time.
 */
export function moduleTransformer(ts: Compiler, resolve: Resolve): Transformer {
  return (context) => (file) => {
    const visit: TypeScript.Visitor = (node) => instrument({ ts, context, resolve, file }, node, visit);
    return ts.visitEachChild(file, visit, context);
  };
}

/**
 * Prepares a cell in the same way, and beyond that: names of earlier cells are taken from the scope that all cells
 * share; what the cell declares is bound to that scope, so that the functions of this cell see a later assignment too;
 * the last expression is handed to the kernel.
 */
export function cellTransformer(ts: Compiler, cellContext: CellContext, resolve: Resolve): Transformer {
  return (context) => (node) => {
    const file = node as BoundFile;
    const { factory } = context;
    const { checker, earlier } = cellContext;

    const visit: TypeScript.Visitor = (node) => {
      if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isExportSpecifier(node)) return node;
      if (isExportWord(node)) return undefined;
      if (
        ts.isShorthandPropertyAssignment(node) &&
        isEarlier(checker.getShorthandAssignmentValueSymbol(node), node.name)
      ) {
        const { name, objectAssignmentInitializer: initial } = node;
        const value = fromScope(name.text);
        const whole = initial
          ? factory.createAssignment(value, ts.visitNode(initial, visit) as TypeScript.Expression)
          : value;
        return factory.createPropertyAssignment(factory.createIdentifier(name.text), whole);
      }
      if (ts.isIdentifier(node) && isEarlier(checker.getSymbolAtLocation(node), node)) return reference(node);
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && isPrompt(node.expression)) return ask(node);
      return instrument({ ts, context, resolve, file }, node, visit);
    };

    // A property may be declared in an earlier cell as well; a name of the scope is one of its file's locals.
    const isEarlier = (symbol: TypeScript.Symbol | undefined, { escapedText }: TypeScript.Identifier) =>
      symbol !== undefined && earlier.locals?.get(escapedText) === symbol;
    const isExportWord = (node: TypeScript.Node) =>
      (node.kind === ts.SyntaxKind.ExportKeyword || node.kind === ts.SyntaxKind.DefaultKeyword) &&
      node.parent?.parent === file;
    const isPrompt = (name: TypeScript.Identifier) =>
      checker.getSymbolAtLocation(name)?.declarations?.[0]?.getSourceFile().fileName === cellContext.globalsFile;
    const fromScope = (name: string) =>
      factory.createPropertyAccessExpression(factory.createIdentifier("__scope"), name);

    /** A function of an earlier cell is no method of the scope: it is called without `this`. */
    function reference(node: TypeScript.Identifier): TypeScript.Expression {
      const value = ts.setTextRange(fromScope(node.text), node);
      const { parent } = node;
      const called =
        (ts.isCallExpression(parent) && parent.expression === node) ||
        (ts.isTaggedTemplateExpression(parent) && parent.tag === node);
      return called
        ? factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), value))
        : value;
    }

    /** `prompt()` waits for the reader, which only an `await` can do. */
    function ask(node: TypeScript.CallExpression): TypeScript.Expression {
      const call = ts.visitEachChild(node, visit, context);
      const around = ts.findAncestor(node, (one) => ts.isFunctionLike(one));
      const waits = !around || ts.getCombinedModifierFlags(around as TypeScript.Declaration) & ts.ModifierFlags.Async;
      if (!waits) return call;
      const asked = factory.updateCallExpression(call, kernelPart(factory, "ask"), undefined, call.arguments);
      return factory.createParenthesizedExpression(factory.createAwaitExpression(asked));
    }

    /** `__kernel.bind({ get n() { return n; }, set n(value) { n = value; } })` */
    function bind(names: readonly string[]): TypeScript.Statement[] {
      if (names.length === 0) return [];
      const accessors = names.flatMap((name) => {
        const get = factory.createGetAccessorDeclaration(
          undefined,
          name,
          [],
          undefined,
          factory.createBlock([factory.createReturnStatement(factory.createIdentifier(name))]),
        );
        if (!isVariable(name)) return [get];
        const parameter = factory.createParameterDeclaration(undefined, undefined, "__value");
        const assign = factory.createAssignment(factory.createIdentifier(name), factory.createIdentifier("__value"));
        const set = factory.createSetAccessorDeclaration(
          undefined,
          name,
          [parameter],
          factory.createBlock([factory.createExpressionStatement(assign)]),
        );
        return [get, set];
      });
      const call = factory.createCallExpression(kernelPart(factory, "bind"), undefined, [
        factory.createObjectLiteralExpression(accessors),
      ]);
      return [factory.createExpressionStatement(call)];
    }

    // What is exported has a symbol of its own, which knows its declaration.
    const whole = (symbol: TypeScript.Symbol | undefined) =>
      (symbol as { readonly exportSymbol?: TypeScript.Symbol } | undefined)?.exportSymbol ?? symbol;
    const isVariable = (name: string) => {
      const declaration = whole(file.locals?.get(ts.escapeLeadingUnderscores(name)))?.valueDeclaration;
      return (
        declaration !== undefined &&
        (ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration)) &&
        !(ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Constant)
      );
    };

    /** What has a value from the start: functions, `var`s and imports. */
    function hoisted(): string[] {
      const names: string[] = [];
      file.locals?.forEach((local, key) => {
        const name = ts.unescapeLeadingUnderscores(key);
        const symbol = whole(local)!;
        const { flags } = symbol;
        if (flags & ts.SymbolFlags.Alias) {
          const imported = checker.getAliasedSymbol(symbol);
          const isValue = imported.flags & ts.SymbolFlags.Value || checker.isUnknownSymbol(imported);
          if (isValue && !isTypeOnly(symbol)) names.push(name);
        } else if (flags & (ts.SymbolFlags.Function | ts.SymbolFlags.FunctionScopedVariable) && !isAmbient(symbol))
          names.push(name);
      });
      return names;
    }
    const isTypeOnly = (symbol: TypeScript.Symbol) =>
      symbol.declarations?.some((one) => ts.isTypeOnlyImportOrExportDeclaration(one));
    const isAmbient = (symbol: TypeScript.Symbol) =>
      symbol.declarations?.every(
        (one) =>
          ts.getCombinedModifierFlags(one) & ts.ModifierFlags.Ambient || (ts.isFunctionDeclaration(one) && !one.body),
      );

    const statements: TypeScript.Statement[] = bind(hoisted());
    const last = file.statements.filter((one) => !ts.isExportDeclaration(one)).at(-1);
    for (const statement of file.statements) {
      if (ts.isExportDeclaration(statement)) {
        // What is exported is known to later cells anyway; what is exported from elsewhere is loaded.
        const { moduleSpecifier: from } = statement;
        if (from && !statement.isTypeOnly)
          statements.push(
            ts.visitNode(factory.createImportDeclaration(undefined, undefined, from), visit) as TypeScript.Statement,
          );
        continue;
      }
      if (ts.isExportAssignment(statement)) {
        const value = ts.visitNode(statement.expression, visit) as TypeScript.Expression;
        statements.push(factory.createExpressionStatement(factory.createVoidExpression(value)));
        continue;
      }
      if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && !statement.name) continue;
      const visited = ts.visitNode(statement, visit) as TypeScript.Statement;
      if (statement === last && cellContext.shows && ts.isExpressionStatement(visited)) {
        const call = factory.createCallExpression(kernelPart(factory, "show"), undefined, [visited.expression]);
        statements.push(factory.updateExpressionStatement(visited, call));
      } else statements.push(visited, ...bind(declared(ts, statement)));
    }
    return factory.updateSourceFile(file, statements);
  };
}

/** The names that have a value once a statement has run. */
function declared(ts: Compiler, statement: TypeScript.Statement): string[] {
  if (ts.canHaveModifiers(statement) && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword))
    return [];
  if (ts.isVariableStatement(statement)) {
    const { flags, declarations } = statement.declarationList;
    return flags & ts.NodeFlags.BlockScoped ? declarations.flatMap(({ name }) => bound(ts, name)) : [];
  }
  if (ts.isClassDeclaration(statement)) return statement.name ? [statement.name.text] : [];
  if (ts.isEnumDeclaration(statement))
    return statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ConstKeyword) ? [] : [statement.name.text];
  if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name)) return [statement.name.text];
  return [];
}

function bound(ts: Compiler, name: TypeScript.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bound(ts, element.name)));
}

const kernelPart = (factory: TypeScript.NodeFactory, name: string) =>
  factory.createPropertyAccessExpression(factory.createIdentifier("__kernel"), name);

interface Rewriting {
  readonly ts: Compiler;
  readonly context: TypeScript.TransformationContext;
  readonly resolve: Resolve;
  readonly file: TypeScript.SourceFile;
}

/** What cells and imported files have in common. */
function instrument(
  { ts, context, resolve, file }: Rewriting,
  node: TypeScript.Node,
  visit: TypeScript.Visitor,
): TypeScript.Node {
  const { factory } = context;
  const children = <T extends TypeScript.Node>(one: T) => ts.visitEachChild(one, visit, context);

  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
    const path = ts.isStringLiteral(node.moduleSpecifier) ? resolve(node.moduleSpecifier) : undefined;
    if (path === undefined) return node;
    const specifier = factory.createStringLiteral(path);
    return ts.isImportDeclaration(node)
      ? factory.updateImportDeclaration(node, node.modifiers, node.importClause, specifier, undefined)
      : factory.updateExportDeclaration(node, node.modifiers, node.isTypeOnly, node.exportClause, specifier, undefined);
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    // `import("x")` would become `require("x")`, which fails for an ES module that awaits at its top.
    const [first, ...rest] = node.arguments;
    const path = first && ts.isStringLiteralLike(first) ? resolve(first) : undefined;
    const args = [path === undefined ? first : factory.createStringLiteral(path), ...rest];
    return factory.updateCallExpression(node, kernelPart(factory, "importModule"), undefined, [
      factory.createIdentifier("require"),
      ...args.flatMap((one) => (one ? [ts.visitNode(one, visit) as TypeScript.Expression] : [])),
    ]);
  }
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
    return factory.createCallExpression(kernelPart(factory, "meta"), undefined, [
      factory.createStringLiteral(file.fileName),
      factory.createStringLiteral(dirname(file.fileName)),
    ]);
  if (ts.isAwaitExpression(node)) {
    const { expression } = children(node);
    return factory.updateAwaitExpression(
      node,
      factory.createCallExpression(letLoopRun(factory), undefined, [expression]),
    );
  }
  if (ts.isForOfStatement(node) && node.awaitModifier) {
    const loop = children(node);
    const pause = factory.createAwaitExpression(factory.createCallExpression(letLoopRun(factory), undefined, []));
    return factory.updateForOfStatement(
      loop,
      loop.awaitModifier,
      loop.initializer,
      loop.expression,
      prepend(ts, factory, loop.statement, pause),
    );
  }
  if (ts.isIterationStatement(node, false)) {
    const loop = children(node) as TypeScript.IterationStatement;
    const statement = prepend(ts, factory, loop.statement, poll(factory));
    if (ts.isForStatement(loop))
      return factory.updateForStatement(loop, loop.initializer, loop.condition, loop.incrementor, statement);
    if (ts.isForOfStatement(loop))
      return factory.updateForOfStatement(loop, loop.awaitModifier, loop.initializer, loop.expression, statement);
    if (ts.isForInStatement(loop))
      return factory.updateForInStatement(loop, loop.initializer, loop.expression, statement);
    if (ts.isWhileStatement(loop)) return factory.updateWhileStatement(loop, loop.expression, statement);
    return factory.updateDoStatement(
      loop as TypeScript.DoStatement,
      statement,
      (loop as TypeScript.DoStatement).expression,
    );
  }
  // A function that calls another may call itself for ever, by way of `then` or `process.nextTick`.
  if (ts.isArrowFunction(node) && callsAny(ts, node.body)) {
    const arrow = children(node);
    const { modifiers, typeParameters, parameters, type, equalsGreaterThanToken: arrowToken, body } = arrow;
    const whole = ts.isBlock(body)
      ? factory.updateBlock(body, [factory.createExpressionStatement(poll(factory)), ...body.statements])
      : factory.createParenthesizedExpression(factory.createComma(poll(factory), body));
    return factory.updateArrowFunction(arrow, modifiers, typeParameters, parameters, type, arrowToken, whole);
  }
  if (ts.isFunctionDeclaration(node) && node.body && callsAny(ts, node.body)) {
    const declaration = children(node);
    const { modifiers, asteriskToken, name, typeParameters, parameters, type, body } = declaration;
    const whole = factory.updateBlock(body!, [factory.createExpressionStatement(poll(factory)), ...body!.statements]);
    return factory.updateFunctionDeclaration(
      declaration,
      modifiers,
      asteriskToken,
      name,
      typeParameters,
      parameters,
      type,
      whole,
    );
  }
  return children(node);
}

function callsAny(ts: Compiler, body: TypeScript.Node): boolean {
  const looks = (node: TypeScript.Node): boolean => ts.isCallExpression(node) || ts.forEachChild(node, looks) === true;
  return looks(body);
}

function prepend(
  ts: Compiler,
  factory: TypeScript.NodeFactory,
  statement: TypeScript.Statement,
  first: TypeScript.Expression,
): TypeScript.Statement {
  const check = factory.createExpressionStatement(first);
  return ts.isBlock(statement)
    ? factory.updateBlock(statement, [check, ...statement.statements])
    : factory.createBlock([check, statement]);
}

const isHere = (factory: TypeScript.NodeFactory) =>
  // A function may be sent elsewhere as text (into a browser's page), where there is no kernel.
  factory.createStrictInequality(
    factory.createTypeOfExpression(factory.createIdentifier("__kernelStop")),
    factory.createStringLiteral("undefined"),
  );

/** `typeof __kernelStop !== "undefined" && __kernelStop[0] && __kernelStop.halt()` */
function poll(factory: TypeScript.NodeFactory): TypeScript.Expression {
  const stop = factory.createIdentifier("__kernelStop");
  return factory.createLogicalAnd(
    factory.createLogicalAnd(isHere(factory), factory.createElementAccessExpression(stop, 0)),
    factory.createCallExpression(factory.createPropertyAccessExpression(stop, "halt"), undefined, []),
  );
}

/** `(typeof __kernelStop !== "undefined" ? __kernelStop.letLoopTurn : (x) => x)` */
function letLoopRun(factory: TypeScript.NodeFactory): TypeScript.Expression {
  const same = factory.createArrowFunction(
    undefined,
    undefined,
    [factory.createParameterDeclaration(undefined, undefined, "x")],
    undefined,
    undefined,
    factory.createIdentifier("x"),
  );
  const letLoopTurn = factory.createPropertyAccessExpression(factory.createIdentifier("__kernelStop"), "letLoopTurn");
  return factory.createParenthesizedExpression(
    factory.createConditionalExpression(isHere(factory), undefined, letLoopTurn, undefined, same),
  );
}
