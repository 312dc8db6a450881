//! `/admin/groups`, `/admin/sessions` and `/admin/grants`: lists of all users, for administrators.

use serde_json::json;

use crate::{
    api::{Api, new_person, text},
    signed_in,
    support::ADMINISTRATOR,
    visitor::{Page, Visitor},
};

/// The anti-forgery token of the form on `page` that leads to `action`.
fn token(page: &Page, action: &str) -> String {
    let form = format!("action=\"{action}\">");
    let (_, rest) = page.html.split_once(&form).unwrap_or_else(|| panic!("no form to {action} in {}", page.html));
    let (_, rest) = rest.split_once("name=\"anti_forgery\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn send(visitor: &mut Visitor, at: &str, action: &str, form: &[(&str, &str)]) -> Page {
    let token = token(&visitor.get(at).await, action);
    visitor.post(action, &[form, &[("anti_forgery", token.as_str())]].concat()).await
}

async fn person(administrator: &Api, username: &str, groups: &[&str]) -> String {
    let body = json!({"username": username, "groups": groups});
    text(&administrator.post("/users", &body).await.expect(201), "id")
}

async fn groups_of(administrator: &Api, id: &str) -> serde_json::Value {
    administrator.get(&format!("/users/{id}")).await.expect(200)["groups"].clone()
}

#[tokio::test]
async fn groups_are_listed_with_their_members_renamed_and_taken_away() {
    let (_server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let ada = person(&administrator, "ada", &["staff", "wiki/editors"]).await;
    let eve = person(&administrator, "eve", &["staff"]).await;
    let bob = person(&administrator, "bob", &["stafford"]).await;
    let list = root.get("/admin/groups").await;
    let counted = |html: &str, group: &str| {
        let (_, rest) = html.split_once(&format!("<bdi>{group}</bdi>")).unwrap_or_else(|| panic!("{group}: {html}"));
        rest.split_once("<dd>").unwrap().1.split('<').next().unwrap().to_owned()
    };
    assert_eq!(counted(&list.html, "staff"), "2", "a group whose name another begins with is another");
    assert_eq!(counted(&list.html, "stafford"), "1");
    assert!(list.html.contains("href=\"/admin/groups/wiki%2Feditors\""), "{}", list.html);
    let found = root.get("/admin/groups?q=wiki").await;
    assert!(!found.html.contains("<bdi>staff</bdi>") && found.html.contains("wiki/editors"), "{}", found.html);

    let at = "/admin/groups/staff";
    let page = root.get(at).await;
    assert!(page.html.contains("<bdi>ada</bdi>") && !page.html.contains("<bdi>bob</bdi>"), "{}", page.html);
    let wrong = send(&mut root, at, at, &[("name", "staff")]).await;
    assert!(wrong.status == 422 && wrong.html.contains("id=\"name-error\""), "{}", wrong.html);
    assert_eq!(send(&mut root, at, at, &[("name", "crew & co")]).await.location(), "/admin/groups/crew+%26+co");
    assert_eq!(groups_of(&administrator, &ada).await, json!(["crew & co", "wiki/editors"]));
    assert_eq!(groups_of(&administrator, &eve).await, json!(["crew & co"]));
    assert_eq!(groups_of(&administrator, &bob).await, json!(["stafford"]));
    assert!(root.get(at).await.html.contains("This group has no members."));

    let at = "/admin/groups/crew+%26+co";
    assert_eq!(root.post(&format!("{at}/delete"), &[]).await.status, 403);
    assert_eq!(send(&mut root, at, &format!("{at}/delete"), &[]).await.location(), "/admin/groups");
    assert_eq!(groups_of(&administrator, &ada).await, json!(["wiki/editors"]));
    assert_eq!(groups_of(&administrator, &eve).await, json!([]));

    // Records of a deleted user are no longer counted.
    administrator.delete(&format!("/users/{ada}")).await.expect(204);
    assert!(!root.get("/admin/groups").await.html.contains("wiki/editors"));
}

// UTS #39: applications give rights by the names of groups.
#[tokio::test]
async fn no_two_groups_have_names_that_look_the_same() {
    let (_server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    let ada = person(&administrator, "ada", &["staff", "crew"]).await;
    administrator.post("/invitations", &json!({"groups": ["guests"]})).await.expect(201);
    let to_ada = format!("/users/{ada}");
    for (name, reason) in [
        ("st\u{430}ff", "looks like the group staff"),
        ("Staff", "looks like the group staff"),
        ("gue\u{455}ts", "looks like the group guests"),
        ("edi\u{200b}tors", "an invisible character"),
        ("edi\u{202e}tors", "an invisible character"),
    ] {
        for answer in [
            administrator.post("/users", &json!({"username": "eve", "groups": [name]})).await,
            administrator.put(&to_ada, &json!({"groups": ["staff", "crew", name]})).await,
            administrator.post("/invitations", &json!({"groups": [name]})).await,
        ] {
            let body = answer.expect(400);
            assert!(text(&body["fields"], "groups").contains(reason), "{name:?}: {body}");
        }
        let renamed = send(&mut root, "/admin/groups/crew", "/admin/groups/crew", &[("name", name)]).await;
        assert!(renamed.status == 422 && renamed.html.contains(reason), "{name:?}: {}", renamed.html);
        let new = "/admin/invitations/new";
        let invited = send(&mut root, new, new, &[("days", "7"), ("groups", name)]).await;
        assert!(invited.status == 422 && invited.html.contains(reason), "{name:?}: {}", invited.html);
    }
    let both = json!({"username": "eve", "groups": ["editors", "EDITORS"]});
    let body = administrator.post("/users", &both).await.expect(400);
    assert!(text(&body["fields"], "groups").contains("looks like the group"), "two new ones: {body}");

    assert_eq!(groups_of(&administrator, &ada).await, json!(["crew", "staff"]));
    administrator.put(&to_ada, &json!({"groups": ["crew", "editors", "staff"]})).await.expect(200);
    administrator.post("/invitations", &json!({"groups": ["guests", "staff"]})).await.expect(201);
    // A group may get a name that only looks like its own.
    let renamed = send(&mut root, "/admin/groups/staff", "/admin/groups/staff", &[("name", "Staff")]).await;
    assert_eq!(renamed.location(), "/admin/groups/Staff", "{}", renamed.html);
    assert_eq!(groups_of(&administrator, &ada).await, json!(["Staff", "crew", "editors"]));
}

#[tokio::test]
async fn many_groups_and_many_members_come_in_pages() {
    let (_server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    for at in 0..25 {
        person(&administrator, &format!("person{at}"), &["all", &format!("group{at:02}")]).await;
    }
    let many: Vec<String> = (0..150).map(|at| format!("{}{}", char::from(b'a' + at / 10), at % 10)).collect();
    let body = json!({"username": "joiner", "groups": many});
    let joiner = text(&administrator.post("/users", &body).await.expect(201), "id");
    administrator.put(&format!("/users/{joiner}"), &json!({"groups": []})).await.expect(200);
    let first = root.get("/admin/groups").await.html;
    assert!(
        first.contains("<bdi>all</bdi>") && first.contains("<dd>25</dd>") && first.contains("id=\"next\""),
        "{first}"
    );
    let next = first.split_once("rel=\"next\" href=\"").unwrap().1.split('"').next().unwrap().replace("&amp;", "&");
    let second = root.get(&next).await.html;
    assert!(second.contains("<bdi>group24</bdi>") && !second.contains("<bdi>all</bdi>"), "{second}");
    let listed = administrator.get("/users?group=all&sort=id&limit=10").await.expect(200);
    assert_eq!(listed["users"].as_array().unwrap().len(), 10);
    assert!(listed["next_page_token"].is_string(), "{listed}");
}

#[tokio::test]
async fn sessions_and_grants_of_everybody_are_found_and_ended() {
    let (server, mut root) = signed_in().await;
    let mut eve = new_person(&server.issuer, "eve").await;
    eve.code().await;
    let of_eve = Api::of_person(&mut eve, "signet:account").await;
    let page = root.get("/admin/sessions").await;
    let (newest, rest) = page.html.split_once("<bdi>eve</bdi>").unwrap_or_else(|| panic!("{}", page.html));
    assert!(!newest.contains("<bdi>root</bdi>") && rest.contains("<bdi>root</bdi>"), "the newest first");
    assert!(rest.contains("This browser"), "{rest}");
    let own = root.get("/admin/sessions?q=ROOT").await;
    assert!(own.html.contains("<bdi>root</bdi>") && !own.html.contains("<bdi>eve</bdi>"), "{}", own.html);
    assert!(root.get("/admin/sessions?q=unknown").await.html.contains("Nothing found"));

    let grants = root.get("/admin/grants").await;
    let built_in = "href=\"/admin/applications/swagger-ui\"";
    assert!(grants.html.contains(built_in) && grants.html.contains("<dd>eve</dd>"), "{}", grants.html);
    for (query, is_there) in [
        ("q=eve&by=person", true),
        ("q=root&by=person", false),
        ("q=swagger-ui&by=application", true),
        ("q=report&by=application", false),
        ("q=%00&by=application", false),
    ] {
        let page = root.get(&format!("/admin/grants?{query}")).await;
        assert_eq!(page.html.contains(built_in), is_there, "{query}: {}", page.html);
    }
    let (_, action) = grants.html.split_once("action=\"/admin/grants/").unwrap();
    let action = format!("/admin/grants/{}", action.split('"').next().unwrap());
    assert_eq!(send(&mut root, "/admin/grants", &action, &[]).await.location(), "/admin/grants");
    assert_eq!(of_eve.get("/users/me").await.status, 401);
    assert!(root.get("/admin/grants").await.html.contains("Ended"));

    let (_, action) = page.html.split_once("action=\"/admin/sessions/").unwrap();
    let action = format!("/admin/sessions/{}", action.split('"').next().unwrap());
    assert_eq!(send(&mut root, "/admin/sessions", &action, &[]).await.location(), "/admin/sessions");
    assert_eq!(eve.get("/account").await.status, 303);
    assert!(!root.get("/admin/sessions").await.html.contains("<bdi>eve</bdi>"));
}

#[tokio::test]
async fn no_one_else_reaches_them() {
    let (server, _root) = signed_in().await;
    let mut eve = new_person(&server.issuer, "eve").await;
    for path in ["/admin/groups", "/admin/groups/staff", "/admin/sessions", "/admin/grants"] {
        assert_eq!(eve.get(path).await.status, 403, "{path}");
        assert_eq!(Visitor::new(&server.issuer).get(path).await.status, 303, "{path}");
    }
    for path in ["/admin/groups/staff", "/admin/groups/staff/delete", "/admin/sessions/a/b", "/admin/grants/a/delete"] {
        assert_eq!(eve.post(path, &[("anti_forgery", "x")]).await.status, 403, "{path}");
    }
    Visitor::new(&server.issuer).sign_in(ADMINISTRATOR).await;
}

#[tokio::test]
async fn an_application_is_found_by_a_word_of_its_name() {
    let (_server, mut root) = signed_in().await;
    let administrator = Api::of_person(&mut root, "signet:admin").await;
    for name in ["OpenCloud on iOS", "Order cloud", "Cloudy cloud"] {
        let body = json!({"client_name": name, "redirect_uris": ["https://a.example/cb"]});
        administrator.post("/clients", &body).await.expect(201);
    }
    let names = async |text: &str| {
        let found = administrator.get(&format!("/clients?client_name={text}")).await.expect(200);
        let name = |client: &serde_json::Value| client["client_name"].as_str().unwrap().to_owned();
        let mut names: Vec<String> = found["clients"].as_array().unwrap().iter().map(name).collect();
        names.sort();
        names
    };
    assert_eq!(names("CLOUD").await, ["Cloudy cloud", "OpenCloud on iOS", "Order cloud"], "each once");
    assert_eq!(names("cloud%20on").await, ["OpenCloud on iOS"]);
    assert_eq!(names("loud").await, Vec::<String>::new());
    let found = administrator.get("/clients?client_name=order").await.expect(200);
    let id = text(&found["clients"][0], "client_id");
    let changed = json!({"client_name": "Invoices", "redirect_uris": ["https://a.example/cb"]});
    administrator.put(&format!("/clients/{id}"), &changed).await.expect(200);
    assert_eq!((names("order%20cloud").await, names("invo").await), (Vec::new(), vec!["Invoices".to_owned()]));
    administrator.delete(&format!("/clients/{id}")).await.expect(204);
    assert!(names("invo").await.is_empty());
}
