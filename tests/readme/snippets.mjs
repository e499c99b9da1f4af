// The code blocks of the README.

const block = /^(?:<!-- not run: (?<reason>[^\n]+) -->\n\n?)?```(?<language>\w*)\n(?<code>.*?)^```$/gms;

/**
 * Every code block of a Markdown text, with the line that it begins on. `reason` says why it cannot be run, if the
 * comment `<!-- not run: … -->` in front of it does.
 */
export function snippets(markdown) {
  return [...markdown.matchAll(block)].map(({ index, groups: { language, code, reason } }) => {
    const before = markdown.slice(0, index + (reason ? markdown.slice(index).indexOf("```") : 0));
    return { line: before.split("\n").length, language, code, reason };
  });
}

/** How many fences a text has: all of them belong to blocks that are found. */
export const fences = (markdown) => markdown.split("\n").filter((line) => line.startsWith("```")).length;

/** The code with the local AWS's own values in place of the README's. */
export function withLocalValues(code, { identityPoolId, loginKey, endpoints: at }) {
  const values = {
    "eu-west-1:0f1e2d3c-4b5a-4678-8796-a5b4c3d2e1f0": identityPoolId,
    "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI": loginKey,
    "https://abc123.execute-api.eu-west-1.amazonaws.com/prod": at.rest,
    "https://abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com/graphql": at.graphql,
  };
  return Object.entries(values).reduce((text, [from, to]) => text.replaceAll(from, to), code);
}
