//! Every preset file is parsed, registered under the rules, and filled in without a remaining placeholder.

use std::collections::BTreeSet;

use super::*;
use crate::oauth::{
    client::AuthMethod,
    grant_type::EnabledGrants,
    registration::{Registrar, RegistrationRules, register},
    registration_policy::RegistrationPolicy,
    resource::Resources,
};

fn issuer() -> Issuer {
    Issuer::parse("https://login.example.org").unwrap()
}

fn registered(preset: &Preset, registrar: Registrar, offered: EnabledGrants) -> Result<AuthMethod, String> {
    let (issuer, policy) = (issuer(), RegistrationPolicy { offered, ..RegistrationPolicy::default() });
    let resources = Resources::new(&issuer, Vec::new());
    let rules = RegistrationRules { registrar, resources: &resources, policy: &policy };
    let metadata = register(&preset.example().unwrap().request(), rules).map_err(|refusal| refusal.to_string())?;
    assert!(metadata.client_name.len() >= 3 && !metadata.client_name.contains('('), "{}", metadata.client_name);
    Ok(metadata.token_endpoint_auth_method)
}

#[test]
fn every_preset_is_read_and_registered_by_our_rules() {
    assert_eq!(all().len(), catalogue::FILES.len(), "a preset file cannot be parsed");
    for preset in all() {
        let registered = registered(preset, Registrar::Administrator, EnabledGrants::EVERYTHING);
        assert!(registered.is_ok(), "{}: {registered:?}", preset.id);
        assert!(!preset.snippets.is_empty() && !preset.entered_at.is_empty(), "{}", preset.id);
        assert!(!preset.pkce.is_empty(), "{}", preset.id);
    }
}

#[test]
fn a_preset_has_no_member_that_registration_does_not_know() {
    let known = serde_json::to_value(RegistrationRequest::default()).unwrap();
    for (id, text) in catalogue::FILES {
        let file: toml::Table = toml::from_str(text).unwrap();
        for member in file["client"].as_table().unwrap().keys() {
            assert!(known.get(member).is_some(), "{id}: {member}");
        }
    }
}

#[test]
fn the_files_are_those_of_the_folder_in_the_order_of_their_names() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/presets/data");
    let files: BTreeSet<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let listed: BTreeSet<String> = all().iter().map(|preset| format!("{}.toml", preset.id)).collect();
    assert_eq!(files, listed);
    let names: Vec<String> = all().iter().map(|preset| preset.name.to_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn every_text_is_filled_in_and_has_a_secret_only_where_there_is_one() {
    let (issuer, secret) = (issuer(), Secret::new("s3cret"));
    let given =
        Given { issuer: &issuer, brand: "Ann's {url} \"home\"", client_id: "app_1", client_secret: Some(&secret) };
    let places =
        ["{url}", "{origin}", "{name}", "{issuer}", "{client", "{brand}", "_endpoint}", "{scope}", "_uri}", "_secret}"];
    for preset in all() {
        let method = registered(preset, Registrar::Administrator, EnabledGrants::EVERYTHING).unwrap();
        let installation = preset.example().unwrap();
        let texts =
            installation.snippets(&given).into_iter().map(|snippet| snippet.text).collect::<Vec<_>>().join("\n");
        let uris = format!("{:?}", installation.request());
        for place in places {
            assert!(!texts.contains(place) && !uris.contains(place), "{}: {place} in {texts} {uris}", preset.id);
        }
        if !preset.by_configuration {
            assert!(texts.contains("app_1"), "{}: {texts}", preset.id);
            assert_eq!(texts.contains("s3cret"), method.has_secret(), "{}: {texts}", preset.id);
        }
        assert!(!texts.contains('"') || !texts.contains("\"home\""), "{}: {texts}", preset.id);
    }
}

#[test]
fn what_is_typed_stands_where_the_application_has_it() {
    let gitea = find("gitea").unwrap();
    let uris = |url, name| gitea.at(url, name).map(|at| at.request().redirect_uris.unwrap().join(" "));
    let expected = Ok("https://git.example.org/sub/user/oauth2/our-login/callback".to_owned());
    assert_eq!(uris(" HTTPS://Git.Example.org:443/sub/ ", " our-login "), expected);
    assert!(uris("https://git.example.org", "").unwrap().ends_with("/oauth2/signet/callback"));
    for url in ["", "git.example.org", "https://", "ftp://a.example", "https://a.example/?x", "https://a:b@c.example"] {
        assert_eq!(uris(url, ""), Err(InstallationRefusal::Url), "{url}");
    }
    for url in ["https://a.example/'", "https://a.example/$(x)", "https://a.example/#", "javascript:alert(1)"] {
        assert_eq!(uris(url, ""), Err(InstallationRefusal::Url), "{url}");
    }
    for name in ["a/b", "..", "a b", "a'b", &"a".repeat(41)] {
        assert_eq!(uris("https://a.example", name), Err(InstallationRefusal::Name), "{name}");
    }
    let proxmox = find("proxmox").unwrap().at("https://pve.example.org:8006/", "").unwrap().request();
    assert_eq!(proxmox.redirect_uris.unwrap(), ["https://pve.example.org:8006"]);
}

#[test]
fn what_weakens_a_rule_is_for_administrators_and_implicit_only_where_it_is_on() {
    let ids = |refused: &dyn Fn(&Preset) -> bool| {
        all().iter().filter(|preset| refused(preset)).map(|preset| preset.id).collect::<Vec<_>>()
    };
    let person = ids(&|preset| registered(preset, Registrar::Person, EnabledGrants::default()).is_err());
    let expected = [
        "guacamole",
        "argo-cd",
        "dovecot",
        "gitea",
        "odoo",
        "outline",
        "portainer",
        "synology-dsm",
        "tailscale",
        "uptime-kuma",
    ];
    assert_eq!(person, expected);
    let administrator = ids(&|preset| registered(preset, Registrar::Administrator, EnabledGrants::default()).is_err());
    assert_eq!(administrator, ["guacamole", "odoo"]);
}

/// The PKCE text of a preset matches its registration.
#[test]
fn a_preset_that_needs_no_pkce_says_why_and_every_other_one_what_turns_it_on() {
    for preset in all() {
        let request = preset.example().unwrap().request();
        let logs_people_in = request.response_types.is_none() && request.redirect_uris.is_some();
        let is_optional = request.require_pkce == Some(false);
        let says_so = preset.pkce.contains("is not required");
        assert_eq!(is_optional, says_so, "{}: {}", preset.id, preset.pkce);
        let texts: String = preset.snippets.iter().map(|snippet| snippet.text.as_str()).collect();
        // A setting that the PKCE text names also appears in the text to paste.
        if logs_people_in && preset.pkce.contains("below turns it on") {
            let is_there = ["pkce", "S256", "PKCE"].iter().any(|word| texts.contains(word));
            assert!(is_there, "{}: {texts}", preset.id);
        }
    }
}

#[test]
fn the_commonest_proxies_and_servers_have_a_preset() {
    let ids = [
        "oauth2-proxy",
        "mod-auth-openidc",
        "jupyterhub",
        "synapse",
        "authjs",
        "streamlit",
        "actual-budget",
        "miniflux",
        "dovecot",
    ];
    for id in ids {
        assert!(find(id).is_some(), "{id}");
    }
    let miniflux = find("miniflux").unwrap().example().unwrap().request();
    assert_eq!(miniflux.require_pkce, None, "it supports PKCE since 2.0.48");
}

#[test]
fn an_application_that_reads_only_the_id_token_finds_the_claims_there() {
    for id in ["authjs", "streamlit", "synapse", "grafana", "guacamole", "kubernetes"] {
        let request = find(id).unwrap().example().unwrap().request();
        assert_eq!(request.openid.claims_in_id_token, Some(true), "{id}");
    }
}

#[test]
fn an_application_that_takes_a_username_for_a_person_says_so() {
    // The claim that an application uses as the username appears in the text to paste.
    for preset in all() {
        let texts: String = preset.snippets.iter().map(|snippet| snippet.text.to_lowercase()).collect();
        let takes_username =
            ["username_claim = \"preferred_username", "username claim:      preferred", "remoteuserclaim"]
                .iter()
                .any(|taken| texts.contains(taken));
        assert!(!takes_username || preset.matches_people_by == Some(MatchedBy::Username), "{}", preset.id);
    }
    assert_eq!(find("grafana").unwrap().matches_people_by, None);
    assert_eq!(find("vaultwarden").unwrap().matches_people_by, Some(MatchedBy::Email));
}

#[test]
fn a_preset_is_found_by_a_part_of_its_name() {
    let found = |text| search(text).map(|preset| preset.id).collect::<Vec<_>>();
    assert_eq!(found(" CLOUD "), ["nextcloud-oidc-login", "nextcloud", "opencloud", "owncloud-infinite-scale"]);
    assert_eq!(found("").len(), all().len());
    assert!(found("nothing like it").is_empty() && find("nothing").is_none());
}
