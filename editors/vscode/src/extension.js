// Starts `wj lsp` and carries out what it offers above tests and pipelines, in a terminal. All else is the server's.

const path = require("node:path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

/** What runs `wj`: the setting, where the user has trusted the folder that it may come from. */
function program() {
  return vscode.workspace.getConfiguration("wj").get("path") || "wj";
}

async function start() {
  const command = program();
  const server = { command, args: ["lsp"] };
  client = new LanguageClient("wj", "wj", { run: server, debug: server }, {
    documentSelector: [{ language: "wj" }],
    // `wj.runTest` and `wj.plan` are carried out here.
    initializationOptions: { commands: true },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const choice = await vscode.window.showErrorMessage(
      `wj: cannot start \`${command} lsp\` (${error.message}). Install wj, or set where it is.`,
      "Open the setting",
    );
    if (choice) {
      vscode.commands.executeCommand("workbench.action.openSettings", "wj.path");
    }
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

/** Runs `wj` with the arguments that `args` makes of the file's path in a terminal, beside the folder of the scripts. No shell reads the arguments. */
function run(name, uri, args) {
  const file = vscode.Uri.parse(uri).fsPath;
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri))?.uri.fsPath ?? path.dirname(file);
  vscode.window
    .createTerminal({
      name,
      cwd: folder,
      shellPath: program(),
      shellArgs: args(path.relative(folder, file)),
      isTransient: true,
    })
    .show(true);
}

/** The line on which a test begins, counted from 1: saving may have moved it. */
function lineOf(uri, title, line) {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === vscode.Uri.parse(uri).toString());
  const lines = open?.getText().split(/\r\n|\r|\n/) ?? [];
  const titled = lines.flatMap((text, at) => (text.startsWith("test") && text.includes(title) ? [at + 1] : []));
  const isThere = titled.includes(line) || titled.length === 0;
  return isThere ? line : titled.reduce((a, b) => (Math.abs(b - line) < Math.abs(a - line) ? b : a));
}

/** Tests are run on what is saved, as everywhere but in the editor. */
async function saved(uri) {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === vscode.Uri.parse(uri).toString());
  return !open?.isDirty || (await open.save());
}

exports.activate = async (context) => {
  const commands = {
    "wj.runTest": async (uri, title, line) => {
      if (await saved(uri)) {
        run(`wj test: ${title}`, uri, (file) => ["test", "--at", `${file}:${lineOf(uri, title, line)}`]);
      }
    },
    "wj.runTests": async () => {
      const uri = vscode.window.activeTextEditor?.document.uri.toString();
      if (uri && (await saved(uri))) {
        run("wj test", uri, (file) => ["test", file]);
      }
    },
    "wj.plan": async (uri, pipeline) => {
      const picked = await vscode.window.showOpenDialog({
        title: `A request for ${pipeline}`,
        openLabel: "Plan with this request",
        canSelectMany: false,
      });
      if (picked?.length && (await saved(uri))) {
        run(`wj plan: ${pipeline}`, uri, (file) => ["plan", file, "--request", picked[0].fsPath]);
      }
    },
    "wj.restart": async () => {
      await stop();
      await start();
    },
  };
  for (const [name, command] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, command));
  }
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("wj.path")) {
        commands["wj.restart"]();
      }
    }),
  );
  await start();
};

exports.deactivate = stop;
