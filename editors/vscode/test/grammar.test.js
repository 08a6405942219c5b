// The grammar in the engine that Visual Studio Code colours with: what each word of a script is taken for.

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const root = path.join(__dirname, "..");

async function grammar() {
  await oniguruma.loadWASM(fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
  const file = path.join(root, "syntaxes/wj.tmLanguage.json");
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(file, "utf8"), file),
  });
  return registry.loadGrammar("source.wj");
}

/** Every word with its innermost scope. */
function words(grammar, text) {
  const found = [];
  let stack = textmate.INITIAL;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    for (const token of tokens) {
      const word = line.slice(token.startIndex, token.endIndex);
      if (word.trim()) {
        found.push([word.trim(), token.scopes.at(-1), token.scopes]);
      }
    }
    stack = ruleStack;
  }
  return { found, stack };
}

test("words are coloured by what they are", async () => {
  const wj = await grammar();
  const { found } = words(
    wj,
    [
      "# Заявки",
      'pipeline leads "Заявки" {',
      '  on POST "/hooks"',
      "  extract body {",
      '    json = $.a["}"][0].b as phone("RU") on_missing default 5s',
      "  }",
      '  let sub = bizon.add_subscriber { token = secret.BIZON_TOKEN }',
      "  respond 200 { text \"a {upper(json)} \\{\" }",
      "  when json == 'x{' and true { stop }",
      "}",
    ].join("\n"),
  );
  const scope = (word) => found.find(([own]) => own === word)?.[1];
  for (const [word, wanted] of [
    ["# Заявки", "comment.line"],
    ["pipeline", "keyword.declaration"],
    ["leads", "entity.name.type"],
    ["POST", "constant.language.method"],
    ["extract", "keyword.control"],
    ["json", "variable.other.property"],
    ['$.a["}"][0].b', "string.regexp.path"],
    ["phone", "entity.name.function"],
    ["on_missing", "keyword.control"],
    ["5s", "constant.numeric"],
    ["add_subscriber", "entity.name.function.action"],
    ["secret", "variable.language"],
    ["BIZON_TOKEN", "variable.other.member"],
    ["upper", "entity.name.function"],
    ["\\{", "constant.character.escape"],
    ["'x{'", "string.quoted.single"],
    ["and", "keyword.operator.word"],
    ["true", "constant.language"],
  ]) {
    assert.ok(scope(word)?.startsWith(wanted), `${word}: ${scope(word)}`);
  }
});

test("every script of the repository is read to its end", async () => {
  const wj = await grammar();
  const repository = path.join(root, "../..");
  let count = 0;
  for (const folder of ["pipelines", "connectors", "tests/cases/syntax"]) {
    for (const name of fs.readdirSync(path.join(repository, folder)).filter((name) => name.endsWith(".wj"))) {
      const { found, stack } = words(wj, fs.readFileSync(path.join(repository, folder, name), "utf8"));
      assert.ok(found.length > 10, name);
      // Nothing is left open: no text, no insertion.
      assert.strictEqual(stack.depth, 1, name);
      count += 1;
    }
  }
  assert.ok(count > 5);
});

test("a word of a script is a word of the editor, in every alphabet", () => {
  const { wordPattern } = JSON.parse(fs.readFileSync(path.join(root, "language-configuration.json"), "utf8"));
  // As the editor makes it: of a plain text without `u`, where `\p{L}` is not a letter.
  const word = new RegExp(wordPattern.pattern ?? wordPattern, `g${wordPattern.flags ?? ""}`);
  assert.deepStrictEqual("sub.ссылка_2 = email".match(word), ["sub", "ссылка_2", "email"]);
});
