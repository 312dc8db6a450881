use maud::html;

use crate::web::i18n::{
    AccountTexts, ConnectedTexts, NavigationCardTexts, OwnDataTexts, PasswordTexts, ProfileTexts, RefreshScheduleTexts,
    SessionsTexts,
};

pub(super) const ACCOUNT: AccountTexts = AccountTexts {
    your_account: "Your account",
    hello: |name| html! { "Hello, " (name) },
    administrator: "Administrator",
    profile: "Profile",
    nothing_known: "Nothing but your username is known about you.",
    edit_profile: "Edit profile",
    password: NavigationCardTexts {
        title: "Password",
        about: "Changing it signs out every other device.",
        action: "Change password",
    },
    applications: NavigationCardTexts {
        title: "Connected applications",
        about: "What you have let applications do, and how to end it.",
        action: "Look at them",
    },
    sessions: NavigationCardTexts { title: "Sessions", about: "Where you are signed in.", action: "Look at sessions" },
    security: NavigationCardTexts {
        title: "Security events",
        about: "Logins, changes and attempts: what has happened to your account lately.",
        action: "Look at events",
    },
    schedule: NavigationCardTexts {
        title: "Refresh schedule",
        about: "When applications have to ask for access anew.",
        action: "Set a schedule",
    },
    data: NavigationCardTexts {
        title: "Your data",
        about: "Take a copy of it, or delete your account.",
        action: "Copy or delete",
    },
    own_applications: NavigationCardTexts {
        title: "Applications",
        about: "Register your own application, and let people log in to it.",
        action: "Manage applications",
    },
    session: "Session",
    signs_you_out: "Signs you out of this server in this browser.",
    sign_out: "Sign out",
};

pub(super) const PROFILE: ProfileTexts = ProfileTexts {
    profile: "Profile",
    your_account: "Your account",
    applications_see: "Applications see of it what you let them see.",
    save: "Save",
    an_administrator_decides: "What an administrator decides",
    picture_title: "Picture",
    your_picture: "Your picture",
    picture_rule: "A JPEG, PNG or WebP of up to two megabytes. It is made small, and loses what a camera wrote into \
        it.",
    choose_a_picture: "Choose a picture",
    upload: "Upload",
    remove: "Remove",
    to_sign_in: "To sign in",
    names: "Name",
    about_you: "About you",
    postal_address: "Address",
    name: "Full name",
    given_name: "Given name",
    middle_name: "Middle name",
    family_name: "Family name",
    nickname: "Nickname",
    birthdate: "Date of birth",
    birthdate_hint: "As 1990-12-31.",
    gender: "Gender",
    phone_number: "Telephone",
    phone_number_hint: "With its country, as +49 30 123456.",
    profile_page: "Profile page",
    website: "Website",
    web_address_hint: "A web address.",
    picture: "Address of a picture",
    picture_hint: "Set by itself when you upload one above.",
    zoneinfo: "Time zone",
    zoneinfo_hint: "As Europe/Berlin.",
    locale: "Language",
    locale_hint: "As de-DE.",
    street_address: "Street and number",
    postal_code: "Postal code",
    locality: "Town",
    region: "Region",
    country: "Country",
};

pub(super) const PASSWORD: PasswordTexts = PasswordTexts {
    password: "Password",
    your_account: "Your account",
    others_signed_out: "Every other device is signed out when you change it.",
    password_of_today: "Password of today",
    new_password: "New password",
    change_the_password: "Change the password",
};

pub(super) const SESSIONS: SessionsTexts = SessionsTexts {
    sessions: "Sessions",
    your_account: "Your account",
    where_you_are: "Where you are signed in",
    all_devices: "All devices",
    signs_out_everywhere: "Signs you out on every device, this one too.",
    sign_out_everywhere: "Sign out everywhere",
    this_one: "This one",
    used: |first, last| format!("First used {first}, last used {last}."),
    sign_out_there: "Sign out there",
};

pub(super) const CONNECTED: ConnectedTexts = ConnectedTexts {
    connected_applications: "Connected applications",
    your_account: "Your account",
    none: "No application has access to your account.",
    nothing_more: "It can see that it is you, and nothing more.",
    since: |since, grants| format!("Since {since}, in {grants} {}.", if grants == 1 { "grant" } else { "grants" }),
    remembered: |since| format!("You are not asked again since {since}. Disconnect it to be asked again."),
    disconnect: "Disconnect",
    refresh_schedule: "Refresh schedule",
};

pub(super) const REFRESH_SCHEDULE: RefreshScheduleTexts = RefreshScheduleTexts {
    refresh_schedule: "Refresh schedule",
    refresh_schedule_for: |client| html! { "Refresh schedule for " (client) },
    connected_applications: "Connected applications",
    your_account: "Your account",
    one_asks_anew: "At each tick the access tokens that were issued before have expired, and the application has to \
        ask anew.",
    all_ask_anew: "At each tick the access tokens that were issued before have expired, and every application has to \
        ask anew. An application with a schedule of its own follows that one.",
    it_would_mean: "It would mean",
    what_is_set: "What is set",
    remove: "Remove",
    no_schedule: "No schedule.",
    a_schedule: "A schedule",
    when: "When",
    when_hint: "Minute, hour, day of the month, month, day of the week, as cron has them: 0 4 * * * is every day at \
        four, 0 20 * * FRI every Friday at eight in the evening.",
    time_zone: "Time zone",
    time_zone_hint: "As Europe/Berlin.",
    ends_the_access: "A tick ends the access",
    sign_in_again: "Then you have to sign in at the application again.",
    preview: "Preview",
    set_the_schedule: "Set the schedule",
    next_ticks: "The next ticks",
};

pub(super) const OWN_DATA: OwnDataTexts = OwnDataTexts {
    your_data: "Your data",
    your_account: "Your account",
    take_a_copy: "Take a copy",
    copy_holds: "All that this server knows of you, as a JSON file. No password and no secret is in it.",
    download: "Download",
    delete_your_account: "Delete your account",
    what_goes: "Your profile, your picture and your sessions go, and every application loses its access. \
        Applications that you registered stay: delete them before, if they shall go too. This cannot be undone.",
    password_hint: "So that nobody else can do it at your desk.",
    delete_the_account: "Delete the account",
};
