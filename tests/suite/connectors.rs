//! Connectors through the real server: found beside the scripts, reloaded, kept with what ran under them.

use std::fs;

use crate::harness::{Does, Site, Target, request};

const SCRIPT: &str = "pipeline leads {\n  on POST \"/in\"\n  extract body { name = $.name as nonblank on_missing abort }\n  \
    let lead = crm.add {\n    base  = \"BASE\"\n    token = secret.CRM_TOKEN\n    name  = name\n  }\n  \
    respond 200 { json { id: lead.id } }\n}\n";

const CONNECTOR: &str = "connector crm \"Our CRM\" {\n  base \"https://crm.example\"\n\n  action add \"Adds a lead.\" {\n    \
    param token secret \"The key.\"\n    param name text \"The name.\"\n\n    http.post \"{base}/v1/leads\" {\n      \
    header \"X-Key\" = token\n      json { name: name }\n      refuse $.error\n    }\n    \
    returns { id = $.id on_missing abort }\n  }\n}\n";

#[test]
fn a_connector_beside_the_scripts_is_used_reloaded_and_kept_with_what_ran_under_it() {
    let target = Target::new([Does::Answers(200, r#"{"id":7}"#.into())]);
    let site =
        Site::new(&[("leads.wj", &SCRIPT.replace("BASE", &target.url()))]).env("CRM_TOKEN", "a-long-secret");
    let connectors = site.dir.path().join("connectors");
    fs::create_dir(&connectors).unwrap();
    fs::write(connectors.join("crm.wj"), CONNECTOR).unwrap();
    let mut server = site.serve(&[]);

    let answer = request(server.listen, "POST", "/in", &[], r#"{"name":"Анна"}"#);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"id":7}"#));
    let sent = target.next();
    assert_eq!((sent.target.as_str(), sent.header("x-key")), ("/v1/leads", Some("a-long-secret")));
    assert_eq!(sent.body, r#"{"name":"Анна"}"#);

    // Another connector under the same script is another program.
    fs::write(connectors.join("crm.wj"), CONNECTOR.replace("/v1/", "/v2/")).unwrap();
    server.wait_for("leads.wj is served");
    assert_eq!(request(server.listen, "POST", "/in", &[], r#"{"name":"Б"}"#).status, 200);
    assert_eq!(target.next().target, "/v2/leads");

    // A broken one leaves what is served as it is.
    fs::write(connectors.join("crm.wj"), CONNECTOR.replace("http.post", "http.pst")).unwrap();
    server.wait_for("leads.wj is broken|last good version");
    assert_eq!(request(server.listen, "POST", "/in", &[], r#"{"name":"В"}"#).status, 200);
    assert_eq!(target.next().target, "/v2/leads");

    // The steps of the first operation are told under the connector that it ran with.
    let operations = site.history(&[]);
    let hashes: std::collections::BTreeSet<String> =
        operations.iter().map(|operation| site.show(operation["id"].as_str().unwrap()).to_string()).collect();
    assert_eq!(hashes.len(), 3);
    let first = site.show(operations[2]["id"].as_str().unwrap());
    assert!(first["steps"].as_array().is_some_and(|steps| !steps.is_empty()), "{first}");
    assert!(first.to_string().contains("/v1/leads"), "{first}");
}
