//! How fast scripts are checked: a thousand files of a hundred lines, as `wj check` and a start of `wj serve` meet them.
//! `cargo bench --bench check --no-default-features`
#![allow(clippy::print_stdout)]

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wj::check;
use wj::source::Source;

const FILES: usize = 1_000;
const LINES: usize = 100;
const ROUNDS: usize = 5;

fn main() {
    let sources: Vec<Arc<Source>> =
        (0..FILES).map(|at| Arc::new(Source::new(format!("pipelines/p{at:04}.wj"), script(at)))).collect();
    let lines: usize = sources.iter().map(|source| source.text.lines().count()).sum();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);

    let checked = check::check(&sources);
    let errors: Vec<_> = checked
        .files
        .iter()
        .flat_map(|file| &file.diagnostics)
        .filter(|finding| finding.is_error())
        .collect();
    assert!(errors.is_empty(), "the scripts of this bench are to be right: {:?}", errors.first());
    assert_eq!(checked.files.iter().map(|file| file.pipelines.len()).sum::<usize>(), FILES * 2);

    let all = best(|| drop(check::check(&sources)));
    let one = best(|| sources.iter().for_each(|source| drop(check::check(std::slice::from_ref(source)))));
    println!("{FILES} files, {lines} lines");
    println!("all at once on {cores} cores: {:>7.1} ms, {:>9.0} lines/s", millis(all), rate(lines, all));
    println!(
        "one after another:           {:>7.1} ms, {:>9.0} lines/s a core",
        millis(one),
        rate(lines, one)
    );
}

/// The shortest of some rounds: what else the machine does only makes it longer.
fn best(work: impl Fn()) -> Duration {
    let mut times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    let first = times.next().unwrap_or_default();
    times.fold(first, Duration::min)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn rate(lines: usize, time: Duration) -> f64 {
    lines as f64 / time.as_secs_f64()
}

/// Two pipelines and two tests, as people write them, with one `when` after another up to the wanted length.
fn script(number: usize) -> String {
    let head = format!(
        r#"# Leads of landing page {number} become webinar subscribers.
const WEBINAR_{number} = "{number}:intro"
const CRM = "https://crm.example/api"

pipeline leads_{number} "Заявки с сайта {number} → Bizon365" {{
  on POST "/hooks/{number}/leads"
  cors "https://school{number}.example"
  limit body 64KB

  extract body {{
    name  = $.firstName                on_missing empty
    phone = $.phone                    on_missing abort
    email = $.email as email           on_missing abort 422 "no e-mail in the lead"
    topic = $.appealType.Code          on_missing empty
    price = $.items[0].price as number on_missing default 0
    tags  = $.tags                     on_missing empty
  }}

  respond 200 "OK" {{
    header "X-Operation" = operation.id
    json {{ ok: true, name: name, total: price * 2 + 1 }}
  }}

  let sub = bizon.add_subscriber {{
    token    = secret.BIZON_TOKEN
    pageId   = WEBINAR_{number}
    email    = email
    username = name
    phone    = phone
    time     = "2099-12-11T20:00:00.000"
  }}

  for tag in tags, at most 20 {{
    http.put "{{CRM}}/tags/{{sub.hash}}" {{
      header "Authorization" = "Bearer {{secret.CRM_TOKEN}}"
      json {{ tag: tag, email: lower(email) }}
      timeout 5s
    }}
  }}
"#
    );
    let tail = format!(
        r#"
  on_failure {{ notify email "ops@school.example" }}
}}

pipeline ping_{number} {{
  on GET "/hooks/{number}/ping/{{who}}"
  respond 200 {{ json {{ pong: path.who, at: request.method }} }}
}}

test "a lead without a phone is refused" {{
  send POST "/hooks/{number}/leads" json {{ firstName: "Анна", email: "a@b.example" }}
  expect status 422
  expect no actions
}}

test "a ping is answered" {{
  send GET "/hooks/{number}/ping/me"
  expect status 200
}}
"#
    );
    let mut script = head;
    let mut topic = 0;
    while script.lines().count() + tail.lines().count() + 7 <= LINES {
        topic += 1;
        let _ = write!(
            script,
            r#"
  when topic == "{topic}" and price > {topic} {{
    http.post "{{CRM}}/leads/{{sub.hash}}" {{
      form {{ name: name, phone: phone, link: sub.url_default, subject: "{{email}}: {{topic}}" }}
      key auto
    }}
  }}
"#
        );
    }
    while script.lines().count() + tail.lines().count() < LINES {
        script += "  # …\n";
    }
    script + &tail
}
