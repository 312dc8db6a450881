//! Every page, with every text of its view set to one text.

use maud::Markup;

use crate::secret::Secret;
use crate::web::{
    AccountPage, ApplicationCard, ApplicationsPage, Brand, Choice, ClientCard, ClientDeletionPage, ClientForm,
    ClientLink, ClientType, CompatibilityForm, ConsentPage, Control, Credentials, DeliveryLine, DeveloperPage,
    DeviceAnsweredPage, DeviceCodePage, DeviceConfirmPage, Doer, Entry, ErrorPage, ErrorsPage, EventLine, Fact,
    FormPostPage, HomePage, ImageSource, LoggedOutPage, LoginPage, LoginRemark, LogoutPage, Look, NotAdmittedPage,
    Onward, OwnClient, OwnClientPage, OwnDataPage, PasswordPage, Person, PresetLine, PresetPage, PresetResultPage,
    PresetsPage, ProfilePage, Purpose, RegisteredPage, Registrant, RegistrationForm, RemedyKind, RemedyLine,
    RemedyPage, Remember, ResetDonePage, ResetPage, RestrictionForm, ReturnLink, ReturnsTo, SchedulePage,
    ScheduleWords, ScheduledApplication, ScopeLine, SecretLine, SecurityPage, SentUri, SessionLine, SessionsPage,
    Setting, SetupPage, SignupPage, Snippets, TroubleLine, Troubles, UndeliveredReason, Voice, WebLink,
    WithheldErrorPage, WrongHostPage,
    words::{Words, preferred},
};

/// The name of each page and its HTML.
pub(super) fn pages(text: &str) -> Vec<(&'static str, String)> {
    pages_in(preferred("", ""), text)
}

/// The same in a language.
pub(super) fn pages_in(words: &'static Words, text: &str) -> Vec<(&'static str, String)> {
    let brand = Brand { name: text.to_owned() };
    let look = Look { logo: ImageSource::parse("/assets/logo?v=1"), stylesheet: some("/assets/brand.css?v=1") };
    let (branded, plain) = (Voice { brand: &brand, look: &look, words, remark: None, restored: None }, Look::default());
    let voice = Voice { look: &plain, ..branded };
    let markup: Vec<(&'static str, Markup)> = vec![
        ("home", home(text, None).render(voice)),
        ("home, branded", home(text, None).render(branded)),
        ("home, signed in", home(text, Some(text.to_owned())).render(voice)),
        ("login", login(text).render(voice)),
        ("consent", consent(text).render(voice)),
        ("consent, native", native(text).render(voice)),
        ("not admitted", not_admitted(text).render(voice)),
        ("signup", signup(text).render(voice)),
        ("setup", setup(text).render(voice)),
        ("reset", reset(text).render(voice)),
        ("reset, done", ResetDonePage.render(voice)),
        ("device", DeviceCodePage { user_code: entry(text) }.render(voice)),
        ("device, confirmation", device(text).render(voice)),
        ("device, allowed", answered(text, true).render(voice)),
        ("device, denied", answered(text, false).render(voice)),
        ("errors", ErrorsPage.render(voice)),
        ("logout", logout(text).render(voice)),
        ("logged out", logged_out(text).render(voice)),
        ("error", error(text).render(voice)),
        ("wrong host", wrong_host(text).render(voice)),
        ("account", account(text).render(voice)),
        ("profile", profile(text).render(voice)),
        ("password", password(text).render(voice)),
        ("applications", applications(text).render(voice)),
        ("schedule", schedule(text).render(voice)),
        ("own data", own_data(text).render(voice)),
        ("sessions", sessions(text).render(voice)),
        ("security", security(text).render(voice)),
        ("security, empty", SecurityPage::default().render(voice)),
        ("developer", developer(text).render(voice)),
        ("developer, empty", empty(text).render(voice)),
        ("developer, closed", DeveloperPage { is_closed: true, ..empty(text) }.render(voice)),
        ("own client", own_client(text).render(voice)),
        ("client deletion", client_deletion(text).render(voice)),
        ("remedy", remedy_page(text, None).render(voice)),
        ("remedy, obstacle", remedy_page(text, some(text)).render(voice)),
        ("presets", presets(text).render(voice)),
        ("presets, none", PresetsPage { presets: Vec::new(), ..presets(text) }.render(voice)),
        ("preset", preset(text).render(voice)),
        ("preset, fixed", PresetPage { url: None, name_part: None, obstacle: None, ..preset(text) }.render(voice)),
        ("preset, obstacle", PresetPage { obstacle: some(text), ..preset(text) }.render(voice)),
        ("preset, registered", preset_result(text).render(voice)),
        ("preset, to write", PresetResultPage { credentials: None, ..preset_result(text) }.render(voice)),
        ("registered", registered(text).render(voice)),
        ("form_post", form_post(text).render(voice)),
    ];
    let markup = markup.into_iter().chain(withheld_pages(text, voice)).chain(super::admin_sample::pages(text, voice));
    markup.map(|(name, markup)| (name, markup.into_string())).collect()
}

/// What went wrong, as a page shows it.
pub(super) fn troubles(text: &str) -> Troubles {
    let sent = |differs_by_slash| SentUri {
        uri: text.to_owned(),
        count: 2,
        seconds_ago: 61,
        differs_by_slash,
        remedy: some(text).filter(|_| differs_by_slash),
    };
    let error = TroubleLine { code: "invalid_scope", cause: text.to_owned(), count: 1, seconds_ago: 0 };
    let delivery = |reason| DeliveryLine { reason, count: 1, seconds_ago: 3 };
    let deliveries = [
        UndeliveredReason::NotHttps,
        UndeliveredReason::Private,
        UndeliveredReason::Unreachable,
        UndeliveredReason::TooSlow,
        UndeliveredReason::Status(404),
    ];
    Troubles {
        redirect_uris: vec![sent(true), sent(false)],
        remedies: vec![remedy(text, None), remedy(text, some(text))],
        errors: vec![error],
        deliveries: deliveries.map(delivery).to_vec(),
    }
}

/// A setting that would have helped.
fn remedy(text: &str, obstacle: Option<String>) -> RemedyLine {
    RemedyLine { id: text.to_owned(), kind: RemedyKind::Scope, value: some(text), count: 1, seconds_ago: 3, obstacle }
}

fn remedy_page(text: &str, obstacle: Option<String>) -> RemedyPage {
    RemedyPage {
        client_id: text.to_owned(),
        name: text.to_owned(),
        remedy: remedy(text, obstacle),
        member: "require_state",
        anti_forgery: text.to_owned(),
    }
}

/// A setting of a name of its own, chosen like this.
fn setting(text: &str, member: &'static str, control: Control) -> Setting {
    // Label and cost are texts of the table, which another test has.
    Setting { member, label: "", cost: "", control, error: some(text), locked: some(text) }
}

fn compatibility(text: &str) -> CompatibilityForm {
    let choices = || vec![Choice { value: text.to_owned(), text: text.to_owned(), is_chosen: true }];
    let settings = vec![
        setting(text, "require_state", Control::One(choices())),
        setting(text, "grant_types", Control::Some(choices())),
        setting(text, "jwks_uri", Control::Text(text.to_owned())),
        setting(text, "request_uris", Control::Lines(text.to_owned())),
    ];
    CompatibilityForm { settings, is_open: true, error: some(text) }
}

fn restriction(text: &str) -> RestrictionForm {
    let setting = setting(text, "allowed_groups", Control::Lines(text.to_owned()));
    RestrictionForm { setting: Setting { locked: None, ..setting } }
}

fn security(text: &str) -> SecurityPage {
    let line = EventLine {
        event: text.to_owned(),
        application: text.to_owned(),
        by: Doer::Administrator,
        device: some(text),
        address: some(text),
        members: vec![text.to_owned()],
        not_written: Some(3),
        seconds_ago: 4000,
        at: text.to_owned(),
    };
    let consent = EventLine { event: "consent_granted".to_owned(), ..line.clone() };
    SecurityPage { events: vec![line, consent], next_page_token: some(text) }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// An entry with a value and an error.
fn entry(text: &str) -> Entry {
    Entry { value: text.to_owned(), error: some(text) }
}

/// As much of `text` as may stand in an address.
fn link(text: &str) -> WebLink {
    let inside = format!("https://rp.example/{text}");
    WebLink::parse(text).or_else(|| WebLink::parse(&inside)).or_else(|| WebLink::parse("https://rp.example")).unwrap()
}

fn client_link(text: &str) -> ClientLink {
    ClientLink::parse(link(text).as_str()).unwrap()
}

/// The page of an error that is withheld from an application, with each way to go on.
fn withheld_pages(text: &str, voice: Voice<'_>) -> Vec<(&'static str, Markup)> {
    let form = Onward::Form { action: client_link(text), parameters: vec![(text.to_owned(), text.to_owned())] };
    let link = Onward::Link(client_link(text));
    vec![
        ("withheld error", withheld(text, ReturnsTo::Host(text.to_owned()), Some(link)).render(voice)),
        ("withheld error, form", withheld(text, ReturnsTo::ThisDevice, Some(form)).render(voice)),
        ("withheld error, no link", withheld(text, ReturnsTo::Scheme(text.to_owned()), None).render(voice)),
    ]
}

fn withheld(text: &str, returns_to: ReturnsTo, onward: Option<Onward>) -> WithheldErrorPage {
    let text = || text.to_owned();
    WithheldErrorPage { client_name: text(), returns_to, details: vec![Fact::new(text(), text())], onward }
}

fn client(text: &str) -> ClientCard {
    let logo = ImageSource::parse(text).or_else(|| ImageSource::parse("/logos/1.png"));
    ClientCard { name: text.to_owned(), logo, policy: Some(link(text)), terms: Some(link(text)) }
}

fn home(text: &str, signed_in_as: Option<String>) -> HomePage {
    HomePage { issuer: link(text), discovery: link(text), signed_in_as, signup_open: true }
}

fn login(text: &str) -> LoginPage {
    LoginPage {
        client: Some(client(text)),
        username: text.to_owned(),
        remark: Some(LoginRemark::Mismatch),
        signup_open: true,
        interaction: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn consent(text: &str) -> ConsentPage {
    ConsentPage {
        client: client(text),
        client_type: ClientType::Public,
        registrant: Registrant::Person { username: text.to_owned() },
        returns_to: ReturnsTo::Host(text.to_owned()),
        person: Person { username: text.to_owned(), full_name: some(text) },
        scope: vec![ScopeLine { token: text.to_owned(), title: text.to_owned(), description: text.to_owned() }],
        remember: Remember::Ticked,
        lifetime: some(text),
        interaction: text.to_owned(),
        anti_forgery: text.to_owned(),
    }
}

fn native(text: &str) -> ConsentPage {
    ConsentPage {
        client: ClientCard { logo: None, ..client(text) },
        registrant: Registrant::Itself,
        returns_to: ReturnsTo::Scheme(text.to_owned()),
        ..consent(text)
    }
}

fn not_admitted(text: &str) -> NotAdmittedPage {
    NotAdmittedPage {
        client: client(text),
        username: text.to_owned(),
        contacts: vec![text.to_owned(), text.to_owned()],
        interaction: text.to_owned(),
        anti_forgery: text.to_owned(),
    }
}

fn signup(text: &str) -> SignupPage {
    SignupPage {
        client_name: some(text),
        username: entry(text),
        email: entry(text),
        full_name: entry(text),
        password_error: some(text),
        error: some(text),
        minimum_password_length: 15,
        invitation: some(text),
        interaction: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn setup(text: &str) -> SetupPage {
    SetupPage {
        code: text.to_owned(),
        username: entry(text),
        email: entry(text),
        password_error: some(text),
        error: some(text),
        minimum_password_length: 15,
        anti_forgery: text.to_owned(),
    }
}

fn reset(text: &str) -> ResetPage {
    ResetPage {
        code: text.to_owned(),
        username: text.to_owned(),
        password_error: some(text),
        error: some(text),
        minimum_password_length: 15,
        anti_forgery: text.to_owned(),
    }
}

fn device(text: &str) -> DeviceConfirmPage {
    DeviceConfirmPage {
        client: client(text),
        registrant: Registrant::Person { username: text.to_owned() },
        user_code: text.to_owned(),
        person: Person { username: text.to_owned(), full_name: some(text) },
        scope: vec![ScopeLine { token: text.to_owned(), title: text.to_owned(), description: text.to_owned() }],
        anti_forgery: text.to_owned(),
    }
}

fn answered(text: &str, is_allowed: bool) -> DeviceAnsweredPage {
    DeviceAnsweredPage { client_name: text.to_owned(), is_allowed }
}

fn logout(text: &str) -> LogoutPage {
    LogoutPage {
        username: some(text),
        is_unproven: true,
        client_name: some(text),
        interaction: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn logged_out(text: &str) -> LoggedOutPage {
    LoggedOutPage {
        was_signed_in: true,
        back: Some(ReturnLink { name: text.to_owned(), link: link(text) }),
        onward: Some(link(text)),
        offered: Some((client_link(text), ReturnsTo::Host(text.to_owned()))),
        frames: vec![link(text), link(text)],
    }
}

fn error(text: &str) -> ErrorPage {
    ErrorPage::invalid_request().with_detail(text, text).with_reason(text).with_reference(text)
}

fn account(text: &str) -> AccountPage {
    AccountPage {
        name: text.to_owned(),
        username: text.to_owned(),
        profile: vec![Fact::new(text, text)],
        is_administrator: true,
        anti_forgery: text.to_owned(),
    }
}

fn profile(text: &str) -> ProfilePage {
    ProfilePage {
        entries: ProfilePage::fields().map(|name| (name, entry(text))).collect(),
        ordered: vec![Fact::new(text, text)],
        picture: ImageSource::parse(text).or_else(|| ImageSource::parse("/users/1/picture")),
        picture_error: some(text),
        error: some(text),
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn password(text: &str) -> PasswordPage {
    PasswordPage {
        username: text.to_owned(),
        current_error: some(text),
        new_error: some(text),
        error: some(text),
        done: some(text),
        minimum_password_length: 15,
        anti_forgery: text.to_owned(),
    }
}

fn applications(text: &str) -> ApplicationsPage {
    let application = ApplicationCard {
        client_id: text.to_owned(),
        name: text.to_owned(),
        scope: vec![ScopeLine { token: text.to_owned(), title: text.to_owned(), description: text.to_owned() }],
        since: text.to_owned(),
        grants: 2,
        remembered_since: some(text),
    };
    let applications = vec![application.clone(), ApplicationCard { scope: Vec::new(), ..application }];
    ApplicationsPage { applications, done: some(text), anti_forgery: text.to_owned() }
}

fn schedule(text: &str) -> SchedulePage {
    let words = ScheduleWords { description: text.to_owned(), next_ticks: vec![text.to_owned()] };
    SchedulePage {
        application: Some(ScheduledApplication { client_id: text.to_owned(), name: text.to_owned() }),
        set: Some(words.clone()),
        preview: Some(words),
        cron: entry(text),
        time_zone: entry(text),
        ends_grant: true,
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn own_data(text: &str) -> OwnDataPage {
    OwnDataPage {
        username: text.to_owned(),
        password_error: some(text),
        error: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn sessions(text: &str) -> SessionsPage {
    let line = |is_current| SessionLine {
        sid: text.to_owned(),
        device: text.to_owned(),
        first_used: text.to_owned(),
        last_used: text.to_owned(),
        is_current,
    };
    SessionsPage {
        sessions: vec![line(true), line(false), line(false)],
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn developer(text: &str) -> DeveloperPage {
    let own = OwnClient {
        name: text.to_owned(),
        client_id: text.to_owned(),
        client_type: ClientType::Public,
        redirect_uris: vec![text.to_owned()],
    };
    let registration = RegistrationForm {
        client_name: entry(text),
        redirect_uris: entry(text),
        purpose: Some(Purpose::App),
        offers_service: false,
        error: some(text),
    };
    DeveloperPage {
        clients: vec![own],
        is_closed: false,
        registration,
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn empty(text: &str) -> DeveloperPage {
    DeveloperPage {
        is_closed: false,
        clients: Vec::new(),
        registration: RegistrationForm { offers_service: true, ..RegistrationForm::default() },
        done: None,
        anti_forgery: text.to_owned(),
    }
}

fn snippets(text: &str) -> Snippets {
    Snippets {
        issuer: text.to_owned(),
        client_id: text.to_owned(),
        has_secret: true,
        redirect_uri: some(text),
        scope: text.to_owned(),
        authorization_endpoint: text.to_owned(),
        token_endpoint: text.to_owned(),
        device_authorization_endpoint: some(text),
    }
}

fn own_client(text: &str) -> OwnClientPage {
    let line = |number| SecretLine { number, made: text.to_owned() };
    OwnClientPage {
        client_id: text.to_owned(),
        name: text.to_owned(),
        client_type: ClientType::Confidential,
        form: ClientForm {
            client_name: entry(text),
            redirect_uris: entry(text),
            post_logout_redirect_uris: entry(text),
            scope: entry(text),
            logo_uri: entry(text),
            policy_uri: entry(text),
            tos_uri: entry(text),
            error: some(text),
        },
        secrets: vec![line(1), line(2)],
        new_secret: Some(Secret::new(text)),
        troubles: troubles(text),
        logout_warning: some(text),
        compatibility: Some(compatibility(text)),
        restriction: Some(restriction(text)),
        snippets: snippets(text),
        done: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn client_deletion(text: &str) -> ClientDeletionPage {
    ClientDeletionPage { client_id: text.to_owned(), name: text.to_owned(), anti_forgery: text.to_owned() }
}

fn registered(text: &str) -> RegisteredPage {
    RegisteredPage {
        client_name: text.to_owned(),
        client_id: text.to_owned(),
        client_secret: Some(Secret::new(text)),
        redirect_uris: vec![text.to_owned()],
        authorization_endpoint: text.to_owned(),
        token_endpoint: text.to_owned(),
        discovery: text.to_owned(),
        snippets: snippets(text),
    }
}

fn presets(text: &str) -> PresetsPage {
    let line = PresetLine { id: text.to_owned(), name: text.to_owned(), obstacle: some(text) };
    PresetsPage { text: text.to_owned(), presets: vec![line] }
}

fn preset(text: &str) -> PresetPage {
    PresetPage {
        id: text.to_owned(),
        name: text.to_owned(),
        note: some(text),
        matching: some(text),
        obstacle: None,
        url: Some((entry(text), text.to_owned())),
        name_part: Some((entry(text), text.to_owned())),
        metadata: vec![Fact::new(text, text)],
        by_configuration: false,
        error: some(text),
        anti_forgery: text.to_owned(),
    }
}

fn preset_result(text: &str) -> PresetResultPage {
    PresetResultPage {
        name: text.to_owned(),
        entered_at: text.to_owned(),
        note: some(text),
        pkce: text.to_owned(),
        matching: some(text),
        warning: some(text),
        credentials: Some(Credentials {
            client_id: text.to_owned(),
            client_secret: Some(Secret::new(text)),
            scope: text.to_owned(),
            redirect_uris: vec![text.to_owned()],
        }),
        issuer: text.to_owned(),
        discovery: text.to_owned(),
        snippets: vec![(text.to_owned(), Secret::new(text))],
    }
}

fn form_post(text: &str) -> FormPostPage {
    FormPostPage { action: link(text), parameters: vec![(text.to_owned(), text.to_owned())], nonce: text.to_owned() }
}

fn wrong_host(text: &str) -> WrongHostPage {
    WrongHostPage { issuer: link(text), host: text.to_owned(), proxies: &[], setting: Some(text.to_owned()) }
}
