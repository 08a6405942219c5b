//! Results of tests in the XML of JUnit: a suite a file, a case a test. A file with errors is a case that could not be tried.

use std::time::Duration;

use super::findings;
use super::junit::escaped;
use super::trace_text;
use crate::check::CheckedFile;
use crate::rehearse::Failure;
use crate::resolve::test_program::Test;

/// One test, and how it went.
pub(super) struct Case<'a> {
    pub test: &'a Test,
    pub failures: &'a [Failure],
    pub took: Duration,
}

pub(super) fn report<'a>(cases: impl Iterator<Item = Case<'a>>, broken: &[&CheckedFile]) -> String {
    let cases: Vec<Case<'a>> = cases.collect();
    let mut suites = String::new();
    for of_file in cases.chunk_by(|a, b| a.test.source.name == b.test.source.name) {
        let Some(first) = of_file.first() else { continue };
        let failed = of_file.iter().filter(|case| !case.failures.is_empty()).count();
        suites += &format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\">\n",
            escaped(&first.test.source.name),
            of_file.len()
        );
        of_file.iter().for_each(|case| suites += &self::case(case));
        suites += "  </testsuite>\n";
    }
    for file in broken {
        let name = escaped(&file.source.name);
        let errors = file.diagnostics.iter().filter(|finding| finding.is_error());
        let errors: Vec<String> = errors.map(|finding| findings::short(&file.source, finding)).collect();
        suites += &format!(
            "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    <testcase classname=\"{name}\" name=\"the script has no errors\">\n      \
             <error message=\"the script has errors\">{}</error>\n    </testcase>\n  </testsuite>\n",
            escaped(&errors.join("\n"))
        );
    }
    let failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wj test\" tests=\"{}\" failures=\"{failed}\" errors=\"{}\">\n{suites}</testsuites>\n",
        cases.len() + broken.len(),
        broken.len()
    )
}

fn case(case: &Case<'_>) -> String {
    let test = case.test;
    let file = escaped(&test.source.name);
    let mut out = format!(
        "    <testcase classname=\"{file}\" name=\"{}\" file=\"{file}\" line=\"{}\" time=\"{:.6}\"",
        escaped(&test.title),
        test.source.position(test.span.start).line,
        case.took.as_secs_f64()
    );
    if case.failures.is_empty() {
        return out + "/>\n";
    }
    out += ">\n";
    for failure in case.failures {
        let place = test.source.position(failure.span.start);
        let mut text = format!("{}:{}:{}: {}\n", test.source.name, place.line, place.column, failure.message);
        if let (Some(expected), Some(came)) = (&failure.expected, &failure.came) {
            text += &format!("expected: {expected}\ncame: {came}\n");
        }
        if let Some(help) = &failure.help {
            text += &format!("{help}\n");
        }
        if let Some((expected, came)) = &failure.texts {
            text += &trace_text::difference(expected, came);
        }
        if let Some(ran) = &failure.ran {
            text += &trace_text::steps(ran);
        }
        out += &format!(
            "      <failure message=\"{}\">{}</failure>\n",
            escaped(&failure.message),
            escaped(&text)
        );
    }
    out + "    </testcase>\n"
}
