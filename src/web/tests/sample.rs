//! Every page, with every text of its view set to one text.

use maud::Markup;

use super::{account_sample, admin_sample, developer_sample};
use crate::web::{
    Brand, ClientCard, ClientLink, ClientType, ConsentPage, DeviceAnsweredPage, DeviceCodePage, DeviceConfirmPage,
    ErrorPage, ErrorsPage, Fact, FieldState, FormPostPage, HomePage, ImageSource, LoggedOutPage, LoginPage,
    LoginRemark, LogoutPage, NotAdmittedPage, Onward, PageContext, Person, Registrant, Remember, ResetDonePage,
    ResetPage, ReturnLink, ReturnsTo, ScopeLine, SetupPage, SignupPage, Theme, WebLink, WithheldErrorPage,
    WrongHostPage,
    i18n::{Texts, preferred},
};

/// Name and HTML of each page.
pub(super) fn pages(text: &str) -> Vec<(&'static str, String)> {
    pages_in(preferred("", ""), text)
}

/// Name and HTML of each page in the language of `texts`.
pub(super) fn pages_in(texts: &'static Texts, text: &str) -> Vec<(&'static str, String)> {
    let brand = Brand { name: text.to_owned() };
    let theme = Theme { logo: ImageSource::parse("/assets/logo?v=1"), stylesheet: some("/assets/brand.css?v=1") };
    let (branded, plain) =
        (PageContext { brand: &brand, theme: &theme, texts, remark: None, restored: None }, Theme::default());
    let context = PageContext { theme: &plain, ..branded };
    let markup: Vec<(&'static str, Markup)> = vec![
        ("home", home(text, None).render(context)),
        ("home, branded", home(text, None).render(branded)),
        ("home, signed in", home(text, Some(text.to_owned())).render(context)),
        ("login", login(text).render(context)),
        ("consent", consent(text).render(context)),
        ("consent, native", native(text).render(context)),
        ("not admitted", not_admitted(text).render(context)),
        ("signup", signup(text).render(context)),
        ("setup", setup(text).render(context)),
        ("reset", reset(text).render(context)),
        ("reset, done", ResetDonePage.render(context)),
        ("device", DeviceCodePage { user_code: entry(text) }.render(context)),
        ("device, confirmation", device(text).render(context)),
        ("device, allowed", answered(text, true).render(context)),
        ("device, denied", answered(text, false).render(context)),
        ("errors", ErrorsPage.render(context)),
        ("logout", logout(text).render(context)),
        ("logged out", logged_out(text).render(context)),
        ("error", error(text).render(context)),
        ("wrong host", wrong_host(text).render(context)),
        ("form_post", form_post(text).render(context)),
    ];
    let markup = markup.into_iter().chain(withheld_pages(text, context)).chain(account_sample::pages(text, context));
    let markup = markup.chain(developer_sample::pages(text, context)).chain(admin_sample::pages(text, context));
    markup.map(|(name, markup)| (name, markup.into_string())).collect()
}

pub(super) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A field with a value and an error.
pub(super) fn entry(text: &str) -> FieldState {
    FieldState { value: text.to_owned(), error: some(text) }
}

/// The part of `text` that a URL may contain.
fn link(text: &str) -> WebLink {
    let inside = format!("https://rp.example/{text}");
    WebLink::parse(text).or_else(|| WebLink::parse(&inside)).or_else(|| WebLink::parse("https://rp.example")).unwrap()
}

fn client_link(text: &str) -> ClientLink {
    ClientLink::parse(link(text).as_str()).unwrap()
}

/// The page of a withheld error, with each way to continue.
fn withheld_pages(text: &str, context: PageContext<'_>) -> Vec<(&'static str, Markup)> {
    let form = Onward::Form { action: client_link(text), parameters: vec![(text.to_owned(), text.to_owned())] };
    let link = Onward::Link(client_link(text));
    vec![
        ("withheld error", withheld(text, ReturnsTo::Host(text.to_owned()), Some(link)).render(context)),
        ("withheld error, form", withheld(text, ReturnsTo::ThisDevice, Some(form)).render(context)),
        ("withheld error, no link", withheld(text, ReturnsTo::Scheme(text.to_owned()), None).render(context)),
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

fn form_post(text: &str) -> FormPostPage {
    FormPostPage { action: link(text), parameters: vec![(text.to_owned(), text.to_owned())], nonce: text.to_owned() }
}

fn wrong_host(text: &str) -> WrongHostPage {
    WrongHostPage { issuer: link(text), host: text.to_owned(), proxies: &[], setting: Some(text.to_owned()) }
}
