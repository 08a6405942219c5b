//! Bizon365: webinars. Its own documentation was not at hand; what is inferred from client libraries stands in this file
//! alone, marked so.

use std::borrow::Cow;
use std::sync::Arc;

use super::request::segment;
use super::{ActionSpec, Body, Format, ParamSpec, Request, ReturnSpec};
use crate::value::{Fault, Kinds, Value};

/// The first API, on which old accounts still are.
const V1: &str = "https://online.bizon365.ru/api/v1";

/// The second, the main one since August 2025; the project's id follows.
const V2: &str = "https://online.bizon365.ru/api/v2";

/// Adds a subscriber to a registration page.
///
/// Inferred: POST for both APIs (the service's own page shows the parameters in the query string, five client libraries send
/// POST), a form for the second; `time` optional, since a page or `autoNext` may choose the session; an answer of 2xx with
/// `errors` means that nothing was done, and one without `hash`, JSON or not, says nothing of what was done.
pub static ADD_SUBSCRIBER: ActionSpec = ActionSpec {
    name: Cow::Borrowed("bizon.add_subscriber"),
    summary: Cow::Borrowed("Adds a subscriber to a registration page of Bizon365 and books the session."),
    source: "https://blog.bizon365.ru/api/v1/webinars/subpages/#addSubscriber",
    params: Cow::Borrowed(&[
        ParamSpec {
            name: Cow::Borrowed("token"),
            kinds: Kinds::TEXT,
            format: Format::Any,
            required: true,
            secret: true,
            constant: false,
            doc: Cow::Borrowed("The access token: `secret.BIZON_TOKEN`."),
        },
        ParamSpec {
            name: Cow::Borrowed("pageId"),
            kinds: Kinds::TEXT,
            format: Format::Any,
            required: true,
            secret: false,
            constant: false,
            doc: Cow::Borrowed("The id of the registration page, as `1234:intro`."),
        },
        ParamSpec {
            name: Cow::Borrowed("email"),
            kinds: Kinds::TEXT,
            format: Format::Email,
            required: true,
            secret: false,
            constant: false,
            doc: Cow::Borrowed("The subscriber's e-mail address."),
        },
        ParamSpec {
            name: Cow::Borrowed("time"),
            kinds: Kinds::TEXT.or(Kinds::TIME),
            format: Format::Time,
            required: false,
            secret: false,
            constant: false,
            doc: Cow::Borrowed(
                "The chosen session: `2030-12-11T20:00:00.000` (Moscow time) or `2030-12-11T17:00:00.000Z`.",
            ),
        },
        ParamSpec {
            name: Cow::Borrowed("username"),
            kinds: Kinds::TEXT.or(Kinds::NUMBER),
            format: Format::Any,
            required: false,
            secret: false,
            constant: false,
            doc: Cow::Borrowed("The subscriber's name."),
        },
        ParamSpec {
            name: Cow::Borrowed("phone"),
            kinds: Kinds::TEXT.or(Kinds::NUMBER),
            format: Format::Any,
            required: false,
            secret: false,
            constant: false,
            doc: Cow::Borrowed("The subscriber's telephone number."),
        },
        ParamSpec {
            name: Cow::Borrowed("confirm"),
            kinds: Kinds::NUMBER.or(Kinds::TEXT),
            format: Format::Any,
            required: false,
            secret: false,
            constant: false,
            doc: Cow::Borrowed("`1` asks the subscriber to confirm the address by mail."),
        },
        ParamSpec {
            name: Cow::Borrowed("url_marker"),
            kinds: Kinds::TEXT.or(Kinds::NUMBER),
            format: Format::Any,
            required: false,
            secret: false,
            constant: false,
            doc: Cow::Borrowed("The marker from the page's URL, or a partner's id."),
        },
        ParamSpec {
            name: Cow::Borrowed("autoNext"),
            kinds: Kinds::NUMBER.or(Kinds::TEXT),
            format: Format::Any,
            required: false,
            secret: false,
            constant: false,
            doc: Cow::Borrowed("`1` books the next session (inferred from a client library)."),
        },
        ParamSpec {
            name: Cow::Borrowed("project"),
            kinds: Kinds::TEXT.or(Kinds::NUMBER),
            format: Format::Any,
            required: false,
            secret: false,
            constant: true,
            doc: Cow::Borrowed("The project's id: calls the second API instead of the first."),
        },
    ]),
    open_prefixes: &["utm_"],
    returns: Cow::Borrowed(&[
        ReturnSpec {
            name: Cow::Borrowed("hash"),
            path: Cow::Borrowed("$.hash"),
            reader: None,
            always: true,
            doc: Cow::Borrowed("The subscriber's key."),
        },
        ReturnSpec {
            name: Cow::Borrowed("url_default"),
            path: Cow::Borrowed("$.url_default"),
            reader: None,
            always: false,
            doc: Cow::Borrowed("The link into the room, on Bizon365's own domain."),
        },
        ReturnSpec {
            name: Cow::Borrowed("url_userdomain"),
            path: Cow::Borrowed("$.url_userdomain"),
            reader: None,
            always: false,
            doc: Cow::Borrowed("The link into the room, on the account's domain."),
        },
    ]),
    base: Cow::Borrowed(V1),
    // A lost lead is worse than a second registration.
    repeatable: true,
    refuse: &["$.errors"],
    require: &["$.hash"],
    build: Some(add_subscriber),
};

fn add_subscriber(base: &str, params: &[(Arc<str>, Value)]) -> Result<Request, Fault> {
    let own = |name: &str| params.iter().find(|(own, _)| **own == *name).map(|(_, value)| value.clone());
    let sent = params.iter().filter(|(name, _)| !matches!(&**name, "token" | "project")).cloned().collect();
    let mut request = match own("project") {
        None => {
            let mut request = Request::to("POST", base, &["webinars", "subpages", "addSubscriber"])?;
            request.query = sent;
            request
        }
        Some(project) => {
            // A base that a call gives replaces that of either API.
            let base = if base == V1 { V2 } else { base };
            let mut request = Request::to("POST", base, &[])?;
            request.segments.push(segment(project, "`project`")?);
            request.segments.extend(["subpages", "addSubscriber"].map(Value::text));
            request.body = Body::Form(sent);
            request
        }
    };
    request.headers.extend(own("token").map(|token| (Arc::from("X-Token"), token)));
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Sealed;

    fn build(base: &str, more: &[(&str, Value)]) -> String {
        let mut params: Vec<(Arc<str>, Value)> = vec![
            ("token".into(), Value::Sealed(Arc::new(Sealed::Secret("BIZON_TOKEN".into())))),
            ("pageId".into(), Value::text("1234:intro")),
            ("email".into(), Value::text("a+b@c.example")),
            ("utm_source".into(), Value::text("вк")),
        ];
        params.extend(more.iter().map(|(name, value)| (Arc::from(*name), value.clone())));
        let rendered = (ADD_SUBSCRIBER.build.unwrap())(base, &params).unwrap().masked().unwrap();
        let headers: String =
            rendered.headers.iter().map(|(name, value)| format!("\n{name}: {value}")).collect();
        let body = String::from_utf8(rendered.body.to_vec()).unwrap();
        format!("{} {}{headers}\n{body}", rendered.method, rendered.url)
    }

    #[test]
    fn the_first_api_takes_its_parameters_in_the_query_string() {
        assert_eq!(
            build(V1, &[("time", Value::text("2030-12-11T20:00:00.000"))]),
            "POST https://online.bizon365.ru/api/v1/webinars/subpages/addSubscriber?pageId=1234%3Aintro\
             &email=a%2Bb%40c.example&utm_source=%D0%B2%D0%BA&time=2030-12-11T20%3A00%3A00.000\n\
             X-Token: «secret BIZON_TOKEN»\n"
        );
    }

    #[test]
    fn the_second_api_takes_a_form_and_has_the_project_in_its_path() {
        assert_eq!(
            build(V1, &[("project", Value::text("p 1"))]),
            "POST https://online.bizon365.ru/api/v2/p%201/subpages/addSubscriber\n\
             X-Token: «secret BIZON_TOKEN»\n\
             content-type: application/x-www-form-urlencoded\n\
             pageId=1234%3Aintro&email=a%2Bb%40c.example&utm_source=%D0%B2%D0%BA"
        );
    }

    #[test]
    fn a_base_of_the_call_replaces_either_api() {
        assert!(
            build("http://127.0.0.1:9/api/v1", &[])
                .starts_with("POST http://127.0.0.1:9/api/v1/webinars/subpages/addSubscriber?")
        );
        assert!(
            build("http://127.0.0.1:9", &[("project", Value::text("7"))])
                .starts_with("POST http://127.0.0.1:9/7/subpages/addSubscriber\n")
        );
    }

    #[test]
    fn a_project_that_is_no_segment_is_a_fault() {
        let fault =
            (ADD_SUBSCRIBER.build.unwrap())(V1, &[("project".into(), Value::text(".."))]).unwrap_err();
        assert_eq!(
            fault.message,
            "`project` is the text \"..\", which cannot stand as a segment of a URL's path"
        );
    }
}
