//! Checks that the OpenAPI document in the repository matches the code, and that every operation is documented.

use std::process::Command;

use serde_json::Value;

#[test]
fn the_document_that_is_checked_in_is_the_one_that_the_code_makes() {
    let made = Command::new(env!("CARGO_BIN_EXE_signet")).arg("openapi").output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json")).unwrap();
    assert!(
        String::from_utf8(made.stdout).unwrap() == kept,
        "openapi/openapi.json is stale; generate it again: cargo run -- openapi > openapi/openapi.json"
    );
}

#[test]
fn every_operation_has_an_id_a_summary_a_tag_and_answers() {
    let document: Value = serde_json::from_str(include_str!("../openapi/openapi.json")).unwrap();
    let paths = document.get("paths").and_then(Value::as_object).unwrap();
    let mut ids = std::collections::HashSet::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let text = |member: &str| operation.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
            assert!(!text("summary").is_empty(), "{method} {path} has no summary");
            assert!(ids.insert(text("operationId")), "{method} {path} has no operationId of its own");
            assert!(operation.get("tags").is_some(), "{method} {path} has no tag");
            let answers = operation.get("responses").and_then(Value::as_object).unwrap();
            assert!(answers.keys().any(|status| status.starts_with(['2', '3'])), "{method} {path} never succeeds");
            let is_document = method == "get" && !path.contains("authorize") && path != "/userinfo";
            assert!(
                is_document || answers.keys().any(|status| status.starts_with('4')),
                "{method} {path} never refuses"
            );
        }
    }
}
