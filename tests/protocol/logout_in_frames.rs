//! Front-Channel Logout: the plan `oidcc-frontchannel-rp-initiated-logout`, and attacks on it.

use serde_json::{Value, json};
use signet::oauth::parameters::encode;

use crate::{
    api::{Api, new_person, text},
    crawl::forms,
    json as body,
    openid_rig::{CALLBACK, EVE, RelyingParty, Rig},
    outline,
    visitor::{Page, Visitor},
};

const BYE: &str = "https://suite.example.org/test/a/signet/bye";
const OUT: &str = "https://suite.example.org/test/a/signet/frontchannel?a=b";

fn framed() -> Value {
    json!({
        "frontchannel_logout_uri": OUT, "frontchannel_logout_session_required": true, "post_logout_redirect_uris": [BYE],
    })
}

/// The URLs of the frames of a page. Each must be allowed by the page's policy.
fn frames(page: &Page) -> Vec<String> {
    let tags = outline::of(&page.html);
    let sources = tags.iter().filter(|tag| tag.name == "iframe").map(|tag| tag.attribute("src").unwrap());
    sources.map(|source| source.replace("&amp;", "&")).collect()
}

async fn sign_out(browser: &mut Visitor, client: &RelyingParty, id_token: &str, more: &[(&str, &str)]) -> Page {
    let pairs = [&[("id_token_hint", id_token), ("client_id", client.client_id.as_str())], more].concat();
    browser.get(&format!("/logout?{}", encode(&pairs))).await
}

// oidcc-frontchannel-rp-initiated-logout
#[tokio::test]
async fn frontchannel_rp_initiated_logout_frames_issuer_and_session_and_then_goes_on_with_the_state() {
    let rig = Rig::start().await;
    let document = body(&rig.browser().get("/.well-known/openid-configuration").await);
    assert_eq!(document["frontchannel_logout_supported"], true);
    assert_eq!(document["frontchannel_logout_session_supported"], true);
    for extra in [json!({}), json!({"subject_type": "pairwise"})] {
        let mut metadata = framed();
        metadata.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let client = rig.registered(("code", None), metadata).await;
        assert_eq!(client.registration["frontchannel_logout_uri"], OUT);
        assert_eq!(client.registration["frontchannel_logout_session_required"], true);
        let quiet = rig.registered(("code", None), json!({"post_logout_redirect_uris": [BYE]})).await;
        let elsewhere = rig.registered(("code", None), framed()).await;
        elsewhere.login(&mut rig.browser(), &[]).await;
        let mut browser = rig.browser();
        quiet.login(&mut browser, &[]).await;
        let login = client.login(&mut browser, &[]).await;
        let asked = [("post_logout_redirect_uri", BYE), ("state", "a;b'c\"d")];
        let page = sign_out(&mut browser, &client, login.id_tokens.last().unwrap(), &asked).await;
        assert_eq!(page.status, 303, "{}", page.html);
        assert!(page.location().starts_with("/logout/done?interaction="), "{}", page.location());
        let page = browser.get(&page.location()).await;
        let told = encode(&[("iss", &client.issuer), ("sid", login.claims()["sid"].as_str().unwrap())]);
        assert_eq!(frames(&page), [format!("{OUT}&{told}")], "those of this session alone");
        assert!(page.header("content-security-policy").contains("; frame-src https://suite.example.org; "));
        let destination = format!("{BYE}?{}", encode(&[("state", "a;b'c\"d")]));
        assert_eq!(page.header("refresh"), format!("1;url={destination}"));
        assert!(page.html.contains("id=\"logout-continue\"") && page.html.contains(&format!("href=\"{destination}\"")));
        assert!(page.html.contains("You are signed out") && !page.html.contains("<script"));
        assert_eq!(client.refused(&mut browser, &[("prompt", Some("none"))]).await, "login_required");
    }
}

#[tokio::test]
async fn a_user_who_confirms_is_signed_out_in_frames_too_and_without_an_address_stays_on_the_last_page() {
    let rig = Rig::start().await;
    let client = rig.registered(("code", None), framed()).await;
    for returns in [true, false] {
        let mut browser = rig.browser();
        client.login(&mut browser, &[]).await;
        let mut pairs = vec![("client_id", client.client_id.as_str())];
        pairs.extend(returns.then_some(("post_logout_redirect_uri", BYE)));
        let path = format!("/logout?{}", encode(&pairs));
        let question = browser.get(&path).await;
        assert!(frames(&question).is_empty() && question.html.contains("Sign out?"));
        let form = forms(&path, &question.html).remove(0);
        let page = browser.post("/logout", &form.with(&[("decision", Some("confirm"))])).await;
        let page = browser.get(&page.location()).await;
        assert_eq!(frames(&page).len(), 1, "{}", page.html);
        assert_eq!(page.header("refresh"), if returns { format!("1;url={BYE}") } else { String::new() });
        assert_eq!(page.html.contains("logout-continue"), returns);
    }
}

#[tokio::test]
async fn no_one_can_choose_what_the_last_page_frames_and_where_it_leads() {
    let rig = Rig::start().await;
    let client = rig.registered(("code", None), framed()).await;
    let mut browser = rig.browser();
    let login = client.login(&mut browser, &[]).await;
    let page = sign_out(&mut browser, &client, login.id_tokens.last().unwrap(), &[]).await;
    let sealed = page.location();
    for place in [40, sealed.len() - 3] {
        let mut altered = sealed.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let page = browser.get(&String::from_utf8(altered).unwrap()).await;
        assert!(frames(&page).is_empty() && page.header("refresh").is_empty());
        assert!(!page.header("content-security-policy").contains("frame-src"));
    }
    let evil = "/logout/done?frames=https%3A%2F%2Fevil.example&destination=https%3A%2F%2Fevil.example";
    assert!(!browser.get(evil).await.html.contains("evil.example"));
    // The second time there is no session, so the page contains no frames.
    let again = sign_out(&mut browser, &client, login.id_tokens.last().unwrap(), &[]).await;
    assert_eq!(again.location(), "/logout/done");
    // The client and its URL have been deleted.
    let gone = rig.registered(("code", None), framed()).await;
    let login = gone.login(&mut browser, &[]).await;
    let page = sign_out(&mut browser, &gone, login.id_tokens.last().unwrap(), &[]).await;
    let token = text(&gone.registration, "registration_access_token");
    let itself = Api::new(&rig.server.issuer, Some(&token));
    itself.delete(&text(&gone.registration, "registration_client_uri")).await.expect(204);
    assert!(frames(&browser.get(&page.location()).await).is_empty());
    // Another user in the same browser ends only their own session.
    let mut mallory = new_person(&rig.server.issuer, "mallory").await;
    let question = mallory.get("/logout").await;
    let form = forms("/logout", &question.html).remove(0);
    let page = mallory.post("/logout", &form.with(&[("decision", Some("confirm"))])).await;
    assert!(frames(&mallory.get(&page.location()).await).is_empty());
}

// §2: "The domain, port, and scheme of this URL MUST be the same as that of a registered Redirection URI value."
#[tokio::test]
async fn a_frontchannel_logout_uri_is_of_the_origin_of_a_redirect_uri() {
    let rig = Rig::start().await;
    let no_one = Api::new(&rig.server.issuer, None);
    for uri in
        ["https://evil.example/out", "http://suite.example.org/out", "https://suite.example.org:8443/", "javascript:x"]
    {
        let registration = json!({"client_name": "Suite", "redirect_uris": [CALLBACK], "frontchannel_logout_uri": uri});
        assert_eq!(no_one.post("/register", &registration).await.refusal(), (400, "invalid_client_metadata"), "{uri}");
    }
    let mut browser = rig.browser();
    browser.sign_in(EVE).await;
    let page = browser.get("/logout").await;
    assert!(!page.header("content-security-policy").contains("frame-src"));
}
