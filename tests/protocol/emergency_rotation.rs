//! What is left of tokens after every key was replaced because they may have been copied, as docs/operating.md describes.

use std::{collections::BTreeSet, process::Stdio};

use serde_json::Value;
use signet::verify::Verifier;
use time::Duration;

use crate::{
    RunningServer, claims, client,
    crawl::forms,
    introspect, json, redeem, refresh, signed_in_at, support,
    support::ADMINISTRATOR,
    text, tokens, userinfo,
    visitor::{REDIRECT_URI, Visitor, config},
};

const ORDERS: &str = "https://api.orders.example";
const SCOPE: &str = "openid profile orders:read offline_access";

/// How an operator or an administrator says that the keys may have been copied.
#[derive(Clone, Copy, Debug)]
enum Way {
    CommandLine,
    Page,
}

async fn rotate(way: Way, server: &RunningServer, root: &mut Visitor) {
    match way {
        Way::CommandLine => {
            let mut command = support::command(server.folder(), server.port);
            let output = command.args(["keys", "rotate", "--emergency"]).stdin(Stdio::null()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        Way::Page => {
            let path = "/admin/keys/emergency";
            let page = root.get(path).await;
            let form = forms(path, &page.html).into_iter().find(|form| form.action == path).unwrap();
            let page = form.send(root, &form.with(&[]), &[("sec-fetch-site", "same-origin")]).await;
            assert_eq!(page.status, 303, "{}", page.html);
        }
    }
}

async fn published(browser: &mut Visitor) -> BTreeSet<String> {
    let keys: Value = serde_json::from_str(&browser.get("/jwks.json").await.html).unwrap();
    keys["keys"].as_array().unwrap().iter().map(|key| text(key, "kid").to_owned()).collect()
}

/// One that asks for an unknown key whenever it meets one.
async fn verifier(server: &RunningServer) -> Verifier {
    let builder = Verifier::of(&server.issuer, ORDERS).unknown_kid_cooldown(Duration::ZERO);
    builder.connect().await.unwrap()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn after_an_emergency_refresh_tokens_go_on_and_what_was_signed_before_is_refused() {
    let usual = format!(
        "redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"{SCOPE}\"\n\
         grant_types = [\"authorization_code\", \"refresh_token\"]\n"
    );
    let rotating = format!("{usual}rotate_refresh_tokens = true");
    let pairwise = format!("{usual}subject_type = \"pairwise\"");
    let clients = [("web", &usual), ("rotating", &rotating), ("public", &usual), ("pairwise", &pairwise)];
    let config = config() + &clients.map(|(client_id, settings)| client(client_id, settings)).concat();
    for way in [Way::CommandLine, Way::Page] {
        let server = RunningServer::start(&config);
        let mut browser = signed_in_at(&server).await;
        let running = verifier(&server).await;
        let mut before = Vec::new();
        for (client_id, _) in clients {
            let issued = tokens(&mut browser, client_id, &[("scope", Some(SCOPE))]).await;
            running.verify_fresh(text(&issued, "access_token")).await.unwrap_or_else(|refusal| panic!("{refusal}"));
            before.push((client_id, issued));
        }
        let code = crate::code(&mut browser, "web", &[]).await;
        let old = published(&mut browser).await;

        rotate(way, &server, &mut browser).await;

        let new = published(&mut browser).await;
        assert!(!new.is_empty() && old.is_disjoint(&new), "{way:?}: {old:?} {new:?}");
        let connected = verifier(&server).await;
        for (client_id, issued) in &before {
            let access_token = text(issued, "access_token");
            assert!(connected.verify_fresh(access_token).await.is_err(), "{way:?} {client_id}");
            assert_eq!(introspect(&mut browser, "report", access_token).await["active"], false, "{way:?} {client_id}");
            assert_eq!(userinfo(&mut browser, access_token).await, 401, "{way:?} {client_id}");

            // Honest clients go on with their refresh token and their secret, and then with the next one.
            let mut refresh_token = text(issued, "refresh_token").to_owned();
            for _ in ["the one from before", "the next"] {
                let page = refresh(&mut browser, client_id, &refresh_token, &[]).await;
                assert_eq!(page.status, 200, "{way:?} {client_id}: {}", page.html);
                let refreshed = json(&page);
                let access_token = text(&refreshed, "access_token");
                assert!(new.contains(&kid(access_token)), "{way:?} {client_id}");
                assert_eq!(
                    claims(access_token)["sub"],
                    claims(text(issued, "access_token"))["sub"],
                    "{way:?} {client_id}"
                );
                for verifier in [&connected, &running] {
                    verifier.verify_fresh(access_token).await.unwrap_or_else(|refusal| panic!("{way:?}: {refusal}"));
                }
                if let Some(next) = refreshed["refresh_token"].as_str() {
                    next.clone_into(&mut refresh_token);
                }
            }
            // An API that was there before has asked for the keys meanwhile.
            assert!(running.verify(access_token).is_err(), "{way:?} {client_id}");
        }
        // A code that was not redeemed yet is none of what was signed, and the person is still signed in.
        assert_eq!(redeem(&mut browser, "web", &code, &[]).await.status, 200, "{way:?}");
        assert_eq!(browser.get("/account").await.status, 200, "{way:?}");
        let issued = tokens(&mut browser, "pairwise", &[]).await;
        let (_, earlier) = &before[3];
        assert_eq!(claims(text(&issued, "id_token"))["sub"], claims(text(earlier, "id_token"))["sub"], "{way:?}");
        // Signing in again works as well.
        Visitor::new(&server.issuer).sign_in(ADMINISTRATOR).await;
    }
}
