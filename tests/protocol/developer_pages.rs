//! `/developer` and `/developer/{client_id}`.

use crate::{
    api::new_person,
    json, signed_in,
    support::{ADMINISTRATOR, RunningServer},
    visitor::{Page, Visitor, config},
};

/// Submits the form on `page` to `path`, with its token.
async fn fill(visitor: &mut Visitor, page: &str, path: &str, form: &[(&str, &str)]) -> Page {
    let token = visitor.get(page).await.hidden("anti_forgery");
    visitor.post(path, &[form, &[("anti_forgery", &token)]].concat()).await
}

/// The copyable text with this `id`.
fn copied(page: &Page, id: &str) -> String {
    let (_, rest) = page.html.split_once(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("{id}: {}", page.html));
    rest.split('<').next().unwrap().to_owned()
}

/// Registers an application of this type. Returns the path of its page, its identifier, and the page that showed it.
async fn register(visitor: &mut Visitor, client_type: &str, redirect_uri: &str) -> (String, String, Page) {
    let form = [("client_name", "Wiki"), ("redirect_uris", redirect_uri), ("client_type", client_type)];
    let page = fill(visitor, "/developer", "/developer", &form).await;
    assert_eq!(page.status, 303, "{}", page.html);
    let page = visitor.get(&page.location()).await;
    let client_id = copied(&page, "client-id");
    (format!("/developer/{client_id}"), client_id, page)
}

#[tokio::test]
async fn an_application_is_registered_with_a_name_and_an_address_and_then_edited() {
    let server = RunningServer::start(&config());
    let mut person = new_person(&server.issuer, "eve").await;
    let (path, client_id, _) = register(&mut person, "confidential", "https://wiki.example.org/cb").await;
    assert!(person.get("/developer").await.html.contains(&format!("href=\"{path}\"")));
    let page = person.get(&path).await;
    let link = format!("{}/authorize?response_type=code&amp;amp;client_id={client_id}", server.issuer);
    for part in ["openid", "Sign in with Signet&lt;/a&gt;", link.as_str(), "OIDC_CLIENT_SECRET=CLIENT_SECRET"] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    let form = |redirect_uris| {
        [
            ("client_name", "Wiki & more"),
            ("redirect_uris", redirect_uris),
            ("post_logout_redirect_uris", "https://wiki.example.org/"),
            ("policy_uri", "https://wiki.example.org/privacy"),
            ("scope", "openid email"),
        ]
    };
    let page = fill(&mut person, &path, &path, &form("http://wiki.example.org/cb#x")).await;
    assert!(page.status == 422 && page.html.contains("id=\"redirect_uris-error\""), "{}", page.html);
    let uris = "https://wiki.example.org/cb\nhttps://wiki.example.org/other";
    let page = fill(&mut person, &path, &path, &form(uris)).await;
    assert_eq!((page.status, page.location()), (303, format!("{path}?done=saved")), "{}", page.html);
    let page = person.get(&path).await;
    let bye = "\nhttps://wiki.example.org/</textarea>";
    for part in ["Wiki &amp; more", "https://wiki.example.org/other", bye, "/privacy", "value=\"email openid\""] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    let form = [("client_name", "Wiki"), ("redirect_uris", uris), ("scope", "openid signet:admin")];
    let page = fill(&mut person, &path, &path, &form).await;
    assert!(page.status == 422 && page.html.contains("id=\"scope-error\""), "{}", page.html);
}

#[tokio::test]
async fn a_service_is_for_administrators_to_register() {
    let (server, mut root) = signed_in().await;
    let (_, client_id, page) = register(&mut root, "service", "").await;
    let secret = copied(&page, "client-secret");
    let form = [("grant_type", "client_credentials"), ("client_id", &client_id), ("client_secret", &secret)];
    assert_eq!(Visitor::new(&server.issuer).post("/token", &form).await.status, 200);
    let mut person = new_person(&server.issuer, "eve").await;
    let page = person.get("/developer").await;
    assert!(page.html.contains("value=\"service\" disabled") && page.html.contains("Only an administrator"));
    let form = [("client_name", "Wiki"), ("client_type", "service")];
    assert_eq!(fill(&mut person, "/developer", "/developer", &form).await.status, 403);
    assert!(root.get("/developer").await.html.contains("value=\"service\">"));
}

// A service or a device is registered for the scopes of every API, but a token is for one API.
#[tokio::test]
async fn what_is_there_to_paste_works_also_next_to_a_second_api() {
    let other = "[[resources]]\nresource = \"https://other.example\"\nname = \"Other\"\n\
                 scopes = { \"other:read\" = \"See others\" }\n";
    let server = RunningServer::start(&format!("{}\n{other}", config()));
    let mut root = Visitor::new(&server.issuer);
    root.sign_in(ADMINISTRATOR).await;
    let (_, _, page) = register(&mut root, "service", "").await;
    let (address, mut form) = pasted(&page, "snippet-token");
    let secret = copied(&page, "client-secret");
    for (_, value) in &mut form {
        *value = value.replace("CLIENT_SECRET", &secret);
    }
    assert_eq!(address, format!("{}/token", server.issuer));
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let tokens = json(&Visitor::new(&server.issuer).post("/token", &form).await);
    assert_eq!(tokens["scope"], "orders:read orders:write", "{tokens}");
    let without_scope: Vec<_> = form.into_iter().filter(|(name, _)| *name != "scope").collect();
    let refused = json(&Visitor::new(&server.issuer).post("/token", &without_scope).await);
    assert_eq!(refused["error"], "invalid_scope", "no resource was named: {refused}");
}

/// The URL and the form of the curl command with this `id`.
fn pasted(page: &Page, id: &str) -> (String, Vec<(String, String)>) {
    let (_, rest) = page.html.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{id}: {}", page.html));
    let command = rest.split_once("</code>").unwrap().0;
    let mut quoted = command.split('\'').skip(1).step_by(2).map(ToOwned::to_owned);
    let address = quoted.next().unwrap();
    let field = |field: String| field.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    (address, quoted.map(field).collect())
}

#[tokio::test]
async fn a_secret_is_replaced_while_both_live() {
    let server = RunningServer::start(&config());
    let mut person = new_person(&server.issuer, "eve").await;
    let (path, client_id, page) = register(&mut person, "confidential", "https://wiki.example.org/cb").await;
    let secrets = format!("{path}/secrets");
    let first = copied(&page, "client-secret");
    let page = fill(&mut person, &path, &secrets, &[("decision", "add")]).await;
    assert_eq!(page.status, 303, "{}", page.html);
    let shown = page.location();
    let second = copied(&person.get(&shown).await, "client-secret");
    assert_eq!(copied(&person.get(&shown).await, "client-secret"), second, "a reload shows it again");
    assert!(!person.get(&path).await.html.contains(&second), "it is shown where it was made");
    assert_eq!(fill(&mut person, &path, &secrets, &[("decision", "add")]).await.status, 409, "two live");
    let works = async |secret: &str| {
        let form = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "x"), ("code_verifier", "x")];
        let form = [&form[..], &[("client_id", client_id.as_str()), ("client_secret", secret)]].concat();
        json(&Visitor::new(&server.issuer).post("/token", &form).await)["error"] != "invalid_client"
    };
    assert!(works(&first).await && works(&second).await && !works("another").await);
    let page = fill(&mut person, &path, &secrets, &[("decision", "remove"), ("number", "1")]).await;
    assert_eq!(page.location(), format!("{path}?done=removed"));
    assert!(!works(&first).await && works(&second).await);
    assert_eq!(fill(&mut person, &path, &secrets, &[("decision", "remove"), ("number", "2")]).await.status, 409);
    let (path, _, page) = register(&mut person, "public", "http://127.0.0.1/cb").await;
    assert!(!page.html.contains("client-secret") && !person.get(&path).await.html.contains("secret-add"));
}

#[tokio::test]
async fn an_application_is_deleted_after_a_question() {
    let server = RunningServer::start(&config());
    let mut person = new_person(&server.issuer, "eve").await;
    let (path, _, _) = register(&mut person, "public", "https://wiki.example.org/cb").await;
    let deletion = format!("{path}/delete");
    assert!(person.get(&deletion).await.html.contains("Wiki</bdi>?"));
    assert_eq!(fill(&mut person, &deletion, &deletion, &[]).await.status, 400);
    assert_eq!(person.get(&path).await.status, 200, "a question deletes nothing");
    let page = fill(&mut person, &deletion, &deletion, &[("decision", "delete")]).await;
    assert_eq!((page.status, page.location().as_str()), (303, "/developer?done=deleted"));
    assert_eq!(person.get(&path).await.status, 404);
    assert!(person.get("/developer").await.html.contains("not registered any applications yet"));
}

#[tokio::test]
async fn an_application_of_another_user_is_not_found_and_every_form_needs_its_token() {
    let server = RunningServer::start(&config());
    let mut eve = new_person(&server.issuer, "eve").await;
    let mut bob = new_person(&server.issuer, "bob").await;
    let (path, _, _) = register(&mut eve, "confidential", "https://wiki.example.org/cb").await;
    let (own, _, _) = register(&mut bob, "confidential", "https://bob.example.org/cb").await;
    let forms = [
        (path.clone(), vec![("client_name", "Mine"), ("redirect_uris", "https://bob.example.org/cb")]),
        (format!("{path}/secrets"), vec![("decision", "add")]),
        (format!("{path}/delete"), vec![("decision", "delete")]),
    ];
    for (path, form) in &forms {
        assert_eq!(eve.post(path, form).await.status, 403, "{path}: without a token");
        assert_eq!(fill(&mut bob, &own, path, form).await.status, 404, "{path}: another user's");
    }
    for path in [path.clone(), format!("{path}/delete"), "/developer/nowhere".to_owned()] {
        assert_eq!(bob.get(&path).await.status, 404, "{path}");
        let location = Visitor::new(&server.issuer).get(&path).await.location();
        assert!(location.starts_with("/login?interaction="), "{path}: {location}");
    }
    assert!(eve.get(&path).await.html.contains("value=\"Wiki\""), "nothing has changed");
}

#[tokio::test]
async fn a_device_is_registered_without_a_redirect_uri_and_shown_what_to_do() {
    let server = RunningServer::start(&config());
    let mut person = new_person(&server.issuer, "eve").await;
    let (_, client_id, page) = register(&mut person, "device", "").await;
    assert!(!page.html.contains("client-secret"), "{}", page.html);
    let picture = format!("src=&amp;quot;{0}/device/qr?user_code=USER_CODE", server.issuer);
    let picture = picture.replace("&amp;quot;", "&quot;");
    assert!(page.html.contains(&picture) && page.html.contains("/device_authorization"), "{}", page.html);
    let form = [("client_id", client_id.as_str()), ("scope", "openid")];
    let begun = json(&Visitor::new(&server.issuer).post("/device_authorization", &form).await);
    assert!(begun["user_code"].is_string(), "{begun}");
    // An application that signs users in needs a redirect URI.
    let form = [("client_name", "Wiki"), ("client_type", "public")];
    let refused = fill(&mut person, "/developer", "/developer", &form).await;
    assert!(refused.status == 422 && refused.html.contains("id=\"redirect_uris-error\""), "{}", refused.html);
}
