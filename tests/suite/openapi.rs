//! `wj connector import` through the real program.

use std::path::Path;

use crate::harness::{Site, err, out};

fn description() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/openapi/crm.json"))
        .unwrap()
}

/// The connector that the description gives, word for word; `UPDATE=1` writes it anew.
#[test]
fn a_description_becomes_a_connector_that_has_no_errors() {
    let site = Site::new(&[]);
    std::fs::write(site.dir.path().join("crm.json"), description()).unwrap();
    let output = site.wj(&["connector", "import", "crm.json"]);
    let told = err(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("`POST /files` is left out: it takes a body of multipart/form-data"), "{told}");
    assert!(told.ends_with("5 actions\n"), "{told}");
    let text = String::from_utf8(output.stdout).unwrap();
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/openapi/crm.wj");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&expected, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(expected).unwrap());
}

#[test]
fn a_description_in_yaml_gives_the_same() {
    let site = Site::new(&[]);
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/openapi");
    std::fs::copy(cases.join("crm.yaml"), site.dir.path().join("crm.yaml")).unwrap();
    let output = site.wj(&["connector", "import", "crm.yaml"]);
    assert_eq!(out(&output), std::fs::read_to_string(cases.join("crm.wj")).unwrap(), "{}", err(&output));
}

#[test]
fn an_imported_action_is_called_and_tested() {
    let site = Site::new(&[(
        "a.wj",
        "pipeline leads {\n  on POST \"/in\"\n  respond 200\n  let lead = crm.add_lead {\n    token = secret.CRM\n    name  = \"Анна\"\n    in_   = \"site\"\n    utm_source = \"vk\"\n  }\n  \
         crm.get_lead {\n    token   = secret.CRM\n    lead_id = lead.id\n  }\n}\n\ntest \"it is added\" {\n  given crm.add_lead answers 201 json { id: 7 }\n  \
         send POST \"/in\"\n  expect done\n  expect crm.add_lead \"https://eu.crm.example/api/leads\" once { utm_source = \"vk\" }\n  \
         expect crm.get_lead \"https://eu.crm.example/api/leads/7\" once\n}\n",
    )]);
    std::fs::write(site.dir.path().join("crm.json"), description()).unwrap();
    std::fs::create_dir(site.dir.path().join("connectors")).unwrap();
    let args = ["connector", "import", "crm.json", "--only", "addLead,GET /leads/{lead-id}", "--name", "crm"];
    let connector = site.stdout(&args);
    assert!(!connector.contains("delete"), "{connector}");
    std::fs::write(site.dir.path().join("connectors/crm.wj"), connector).unwrap();
    let output = site.wj(&["test"]);
    assert!(output.status.success(), "{}", out(&output));
}

#[test]
fn what_cannot_be_imported_ends_with_1_and_says_why() {
    let site = Site::new(&[]);
    std::fs::write(site.dir.path().join("crm.json"), description()).unwrap();
    // Each alias doubles what it stands for.
    let doubled: String = (1..60).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect();
    for (name, text) in [
        ("crm.yaml", "openapi: 3.0.0\n"),
        ("broken.yaml", "openapi: 3.0.0\ninfo:\n  title: [CRM\npaths: {}\n"),
        ("broken.json", "{\"openapi\":"),
        ("laughs.yaml", &format!("a0: &a0 [x, x]\n{doubled}")),
    ] {
        std::fs::write(site.dir.path().join(name), text).unwrap();
    }
    for (args, status, why) in [
        (vec!["crm.json", "--only", "nothing"], 1, "it has no operation `nothing`"),
        (vec!["crm.yaml"], 1, "no name can be made of its title"),
        (vec!["broken.yaml"], 1, "it is neither JSON nor YAML"),
        (vec!["broken.json"], 1, "it is no JSON: EOF while parsing"),
        (vec!["laughs.yaml"], 1, "it is neither JSON nor YAML"),
        (vec!["none.json"], 2, "cannot read `none.json`"),
    ] {
        let output = site.wj(&[&["connector", "import"][..], &args].concat());
        let told = err(&output);
        assert_eq!(output.status.code(), Some(status), "{told}");
        assert!(told.contains(why), "{told}");
    }
}
