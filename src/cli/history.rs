//! `wj history`: what was received, answered and done, beside a running server or without one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value as Json;

use super::config::Config;
use super::operation_text;
use super::output::{print, print_error, safe};
use crate::admin::{Asked, History, HistoryQuery, Programs, Response, ask};
use crate::secrets::Secrets;
use crate::store::{self, Filter, Store};

/// `wj history …`.
#[derive(Args)]
pub struct HistoryCommand {
    /// The data directory of the server, running or not
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration that names the data directory
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Shows the newest operations, a line each
    List(List),
    /// Shows one operation whole: request, answer, steps, actions
    Show(Show),
    /// Tries again what ended an operation that failed or was interrupted
    Retry(RetryOrder),
}

#[derive(Args)]
struct List {
    /// Only of this pipeline
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Only in this state: open, done, aborted, failed, interrupted, duplicate, rejected
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only received at this time or later, as 2026-11-24T10:00:00Z or 2026-11-24
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only received before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only with this text in what is shown of them
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Goes on behind the last operation of an earlier list
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Default for List {
    fn default() -> List {
        List {
            pipeline: None,
            status: None,
            since: None,
            until: None,
            text: None,
            limit: 100,
            after: None,
            format: Format::Table,
        }
    }
}

#[derive(Args)]
struct Show {
    /// The operation's id
    id: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Args)]
struct RetryOrder {
    /// The operations' ids
    #[arg(required = true)]
    ids: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[value(alias = "text")]
    Table,
    /// One JSON object an operation, a line each
    Json,
}

impl HistoryCommand {
    pub fn run(self) -> ExitCode {
        let data = match Config::load(self.config.as_deref()) {
            Ok(config) => self.data.or(config.data).unwrap_or_else(|| PathBuf::from(super::config::DATA)),
            Err(error) => return fail(&error, 2),
        };
        match self.what.unwrap_or(What::List(List::default())) {
            What::List(list) => list.run(&data),
            What::Show(show) => show.run(&data),
            What::Retry(order) => order.run(&data),
        }
    }
}

impl List {
    fn run(self, data: &Path) -> ExitCode {
        let json = self.format == Format::Json;
        let query = match self.query() {
            Ok(query) => HistoryQuery { full: json, ..query },
            Err(error) => return fail(&error, 2),
        };
        let response = match question(data, &format!("/history?{}", query.to_query()), |history| {
            history.list(&query)
        }) {
            Ok(response) => response,
            Err(code) => return code,
        };
        let operations = response.get("operations").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        if json {
            for operation in operations {
                print(&format!("{operation}\n"));
            }
        } else if operations.is_empty() {
            print_error("no operations");
        } else {
            print(&operation_text::table(operations));
            if let Some(next) = response.get("next").and_then(Json::as_str) {
                print_error(&format!("there may be more: wj history list --after {next}"));
            }
        }
        ExitCode::SUCCESS
    }

    fn query(&self) -> Result<HistoryQuery, String> {
        // What a person typed is written as a query and read back, so that both ways in accept the same.
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &self.limit.to_string());
        let given = [
            ("pipeline", &self.pipeline),
            ("status", &self.status),
            ("since", &self.since),
            ("until", &self.until),
            ("text", &self.text),
            ("after", &self.after),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        HistoryQuery::parse(&query.finish())
    }
}

impl Show {
    fn run(self, data: &Path) -> ExitCode {
        let response = match question(data, &format!("/history/{}", path_segment(&self.id)), |history| {
            history.show(&self.id)
        }) {
            Ok(response) => response,
            Err(code) => return code,
        };
        match self.format {
            Format::Json => print(&format!("{response}\n")),
            Format::Table => print(&operation_text::whole(&response)),
        }
        ExitCode::SUCCESS
    }
}

impl RetryOrder {
    fn run(self, data: &Path) -> ExitCode {
        let mut code = ExitCode::SUCCESS;
        for id in &self.ids {
            let response = match ask(data, "POST", &format!("/history/{}/retry", path_segment(id))) {
                Asked::Answered(response) => Ok((response, "it goes on now")),
                Asked::Failed(error) => Err(error),
                Asked::NoServer => {
                    offline_retry(data, id).map(|response| (response, "it goes on when the server starts"))
                }
            };
            match response {
                Ok((response, when)) if response.status == 200 => {
                    print(&format!("{}: retry ordered; {when}\n", safe(id)));
                }
                Ok((response, _)) => {
                    code = fail(&error_of(&response.body), 1);
                }
                Err(error) => code = fail(&error, 1),
            }
        }
        code
    }
}

fn offline_retry(data: &Path, id: &str) -> Result<Response, String> {
    let store = open(data)?;
    let now = super::now_millis();
    let (programs, secrets) = (Programs::default(), Secrets::load([]));
    let history = History { store: &*store, programs: &programs, masker: secrets.masker() };
    match history.retry(id, &super::person(), now) {
        Ok(write) => match store.commit(&[write], now) {
            Ok(_) => Ok(Response::ok(serde_json::json!({}))),
            Err(error) => Err(error.to_string()),
        },
        Err(response) => Ok(response),
    }
}

/// Asks the running server, or the store where none runs.
fn question(data: &Path, target: &str, offline: impl FnOnce(&History<'_>) -> Response) -> Result<Json, ExitCode> {
    let response = match ask(data, "GET", target) {
        Asked::Answered(response) => response,
        Asked::Failed(error) => return Err(fail(&error, 1)),
        Asked::NoServer => {
            let store = open(data).map_err(|error| fail(&error, 1))?;
            let programs = Programs::default();
            let secrets = secrets_of(&*store, &programs);
            offline(&History { store: &*store, programs: &programs, masker: secrets.masker() })
        }
    };
    match response.status {
        200 => Ok(response.body),
        _ => Err(fail(&error_of(&response.body), 1)),
    }
}

/// Without a server, what is masked are the secrets that the programs of recent operations name, as far as they are set here.
fn secrets_of(store: &dyn Store, programs: &Programs) -> Secrets {
    let recent = store.list(&Filter::default(), None, 100).map(|page| page.items).unwrap_or_default();
    let mut names: Vec<Arc<str>> = Vec::new();
    for listed in recent {
        let log = store.load(listed.id).ok().flatten().and_then(|operation| crate::operations::Log::read(&operation).ok());
        let Some(log) = log else { continue };
        if let Some(pipeline) = programs.find(store, log.received.program, &listed.pipeline) {
            names.extend(pipeline.secrets.iter().cloned());
        }
    }
    names.sort();
    names.dedup();
    Secrets::load(names.iter().map(|name| &**name))
}

fn open(data: &Path) -> Result<Arc<dyn Store>, String> {
    if !data.join(store::FILE).exists() {
        return Err(format!("there is no history in {}: no server has kept one there yet", data.display()));
    }
    store::open(&data.to_string_lossy()).map_err(|error| error.to_string())
}

fn path_segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

fn error_of(body: &Json) -> String {
    body.get("error").and_then(Json::as_str).unwrap_or("the server gave no reason").to_owned()
}

fn fail(error: &str, code: u8) -> ExitCode {
    print_error(&format!("error: {}", safe(error)));
    ExitCode::from(code)
}
