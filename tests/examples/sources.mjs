// The examples that people read: code blocks of the README, `@example`s of the types.

const block = /^(?:<!-- not run: (?<reason>[^\n]+) -->\n\n?)?```(?<language>\w*)\n(?<code>.*?)^```$/gms;

const linesBefore = (text, index) => text.slice(0, index).split("\n").length;

/**
 * Every code block of a Markdown text, with the line that it begins on. `reason` says why it cannot be run, if the
 * comment `<!-- not run: … -->` in front of it does.
 */
export function codeBlocks(markdown) {
  return [...markdown.matchAll(block)].map(({ 0: whole, index, groups }) => {
    const { language, code, reason } = groups;
    return { line: linesBefore(markdown, index + whole.indexOf("```")), language, code, reason };
  });
}

/** How many fences a text has: all of them belong to blocks that are found. */
export const fences = (markdown) => markdown.split("\n").filter((line) => line.startsWith("```")).length;

/** Every `@example` of a file of declarations, with the line that its tag is on. */
export function docExamples(declarations) {
  return [...declarations.matchAll(/\/\*\*.*?\*\//gs)].flatMap(({ 0: comment, index }) => {
    const text = comment.replace(/\s*\*\/$/, "").replaceAll(/^ *\* ?/gm, "");
    return [...text.matchAll(/^@example\n(.*?)(?=^@|(?![^]))/gms)].map((found) => ({
      line: linesBefore(declarations, index) + linesBefore(text, found.index) - 1,
      language: "ts",
      code: `${found[1].trimEnd()}\n`,
    }));
  });
}

/** The exports, and the members of an interface, that have no `@example`. Overloads share theirs. */
export function withoutExample(declarations, interfaceName) {
  const start = declarations.indexOf(`export interface ${interfaceName} `);
  const members = declarations.slice(start, declarations.indexOf("\n}", start));
  const documented = /(?:\/\*\*((?:(?!\*\/).)*)\*\/\n)?/.source;
  const names = new Map();
  for (const [text, pattern] of [
    [declarations, `^${documented}export (?:declare )?\\w+ (\\w+)`],
    [members, `^ *${documented}^ {2}(?:readonly )?(\\w+)[<(:]`],
  ]) {
    for (const [, comment, name] of text.matchAll(new RegExp(pattern, "gms"))) {
      names.set(name, names.get(name) || Boolean(comment?.includes("@example\n")));
    }
  }
  return [...names].filter(([, has]) => !has).map(([name]) => name);
}

/** The code with the local AWS's own values in place of the README's. */
export function withLocalValues(code, { identityPoolId, loginKey, endpoints: at }) {
  const values = {
    "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0": identityPoolId,
    "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI": loginKey,
    "https://abc123.execute-api.eu-west-1.amazonaws.com/prod": at.rest,
    "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/graphql": at.graphql,
    "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/event": at.events,
    onAddNote: "noteAdded",
  };
  return Object.entries(values).reduce((text, [from, to]) => text.replaceAll(from, to), code);
}
