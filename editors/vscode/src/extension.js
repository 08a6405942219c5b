// Starts `wj lsp` and carries out what it offers above tests and pipelines, as tasks. All else is the server's.

const { execFile } = require("node:child_process");
const os = require("node:os");
const path = require("node:path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

/** What runs `wj`: the setting, where the user has trusted the folder that it may come from. A relative path counts from that folder. */
function program() {
  const set = vscode.workspace.getConfiguration("wj").get("path")?.trim() || "wj";
  return path.basename(set) === set ? set : path.resolve(folder() ?? "", set.replace(/^~(?=[\\/])/, os.homedir()));
}

function folder() {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

/** Why the program cannot help, or nothing. It is asked before the client starts, whose own message would tell of a connection. */
function whyNot(command) {
  return new Promise((resolve) => {
    execFile(command, ["--version"], { cwd: folder(), timeout: 10_000 }, (error, stdout) => {
      if (error?.code === "ENOENT") {
        resolve(command === path.basename(command) ? `\`${command}\` is not in PATH` : `there is no \`${command}\``);
      } else if (error?.code === "EACCES") {
        resolve(`\`${command}\` may not be run`);
      } else {
        resolve(error || !stdout.startsWith("wj ") ? `\`${command}\` does not answer as wj does` : undefined);
      }
    });
  });
}

async function start() {
  const command = program();
  const why = await whyNot(command);
  if (why) {
    // Not awaited: it stays until somebody looks, and the next start must not wait for that.
    vscode.window.showErrorMessage(`${why}: install wj, or set where it is`, "Open the setting", "Try again").then((choice) => {
      if (choice) {
        vscode.commands.executeCommand(...(choice === "Try again" ? ["wj.restart"] : ["workbench.action.openSettings", "wj.path"]));
      }
    });
    return;
  }
  const server = { command, args: ["lsp"] };
  client = new LanguageClient("wj", "wj", { run: server, debug: server }, {
    // Not a file as it was in git, beside itself as it is.
    documentSelector: [
      { language: "wj", scheme: "file" },
      { language: "wj", scheme: "untitled" },
    ],
    // `wj.runTest` and `wj.plan` are carried out here.
    initializationOptions: { commands: true },
  });
  // What goes wrong from here on the client itself shows.
  await client.start().catch(() => {});
}

async function stop() {
  const running = client;
  client = undefined;
  // A server that has died, or answers no more, cannot be stopped; a new one is started all the same.
  await running?.dispose().catch(() => {});
}

// One after another: two restarts at once would leave a server behind.
let last = Promise.resolve();

function restart() {
  last = last.then(stop).then(start);
  return last;
}

/**
 * Runs `wj` with the arguments that `args` makes of the file's path, beside the folder of the scripts. No shell reads the arguments.
 * A task, since a terminal of its own closes with a program that ends well, and takes along what it wrote.
 */
function run(name, uri, args) {
  const file = vscode.Uri.parse(uri).fsPath;
  const owner = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri));
  const cwd = owner?.uri.fsPath ?? path.dirname(file);
  const task = new vscode.Task(
    { type: "process" },
    owner ?? vscode.TaskScope.Workspace,
    name,
    "wj",
    new vscode.ProcessExecution(program(), args(path.relative(cwd, file)), { cwd }),
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: false, clear: true, showReuseMessage: false };
  return vscode.tasks.executeTask(task);
}

/** The line on which a test begins, counted from 1: saving may have moved it. */
function lineOf(uri, title, line) {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === vscode.Uri.parse(uri).toString());
  const lines = open?.getText().split(/\r\n|\r|\n/) ?? [];
  const titled = lines.flatMap((text, at) => (text.startsWith("test") && text.includes(title) ? [at + 1] : []));
  const isThere = titled.includes(line) || titled.length === 0;
  return isThere ? line : titled.reduce((a, b) => (Math.abs(b - line) < Math.abs(a - line) ? b : a));
}

/** Tests are run on what is saved, as everywhere but in the editor. Gives where that is: a new text is saved under a name first. */
async function saved(uri) {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === vscode.Uri.parse(uri).toString());
  return open?.isDirty ? (await vscode.workspace.save(open.uri))?.toString() : uri;
}

exports.activate = async (context) => {
  const commands = {
    "wj.runTest": async (uri, title, line) => {
      const at = await saved(uri);
      if (at) {
        await run(`wj test: ${title}`, at, (file) => ["test", "--at", `${file}:${lineOf(at, title, line)}`]);
      }
    },
    "wj.runTests": async () => {
      const uri = vscode.window.activeTextEditor?.document.uri.toString();
      const at = uri && (await saved(uri));
      if (at) {
        await run("wj test", at, (file) => ["test", file]);
      }
    },
    "wj.plan": async (uri, pipeline) => {
      const picked = await vscode.window.showOpenDialog({
        title: `A request for ${pipeline}`,
        openLabel: "Plan with this request",
        canSelectMany: false,
        defaultUri: vscode.Uri.file(path.dirname(vscode.Uri.parse(uri).fsPath)),
      });
      const at = picked?.length && (await saved(uri));
      if (at) {
        await run(`wj plan: ${pipeline}`, at, (file) => ["plan", file, "--request", picked[0].fsPath]);
      }
    },
    "wj.restart": restart,
  };
  for (const [name, command] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, command));
  }
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("wj.path")) {
        restart();
      }
    }),
  );
  await restart();
};

exports.deactivate = stop;
