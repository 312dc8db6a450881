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
    nothing_known: "Your profile holds only your username.",
    edit_profile: "Edit profile",
    password: NavigationCardTexts {
        title: "Password",
        about: "When you change it, all other devices are signed out.",
        action: "Change password",
    },
    applications: NavigationCardTexts {
        title: "Connected apps",
        about: "See which apps can access your account, and disconnect them.",
        action: "View apps",
    },
    sessions: NavigationCardTexts { title: "Sessions", about: "See where you are signed in.", action: "View sessions" },
    security: NavigationCardTexts {
        title: "Security events",
        about: "Recent sign-ins, failed attempts and changes to your account.",
        action: "View events",
    },
    schedule: NavigationCardTexts {
        title: "Refresh schedule",
        about: "Choose when apps have to renew their access.",
        action: "Set schedule",
    },
    data: NavigationCardTexts {
        title: "Your data",
        about: "Download a copy of your data, or delete your account.",
        action: "Download or delete",
    },
    own_applications: NavigationCardTexts {
        title: "Applications",
        about: "Register your own applications and let people sign in to them.",
        action: "Manage applications",
    },
    session: "Session",
    signs_you_out: "Signs you out of this server in this browser.",
    sign_out: "Sign out",
};

pub(super) const PROFILE: ProfileTexts = ProfileTexts {
    profile: "Profile",
    your_account: "Your account",
    applications_see: "Apps see only the parts that you allow them to see.",
    save: "Save",
    an_administrator_decides: "Managed by an administrator",
    picture_title: "Picture",
    your_picture: "Your picture",
    picture_rule: "A JPEG, PNG or WebP file of up to 2 MB. It is scaled down, and photo data such as the location is \
        removed.",
    choose_a_picture: "Choose a picture",
    upload: "Upload",
    remove: "Remove",
    to_sign_in: "Sign-in",
    names: "Name",
    about_you: "About you",
    postal_address: "Address",
    street_address: "Street and number",
    postal_code: "Postal code",
    locality: "City",
    region: "Region",
    country: "Country",
};

pub(super) const PASSWORD: PasswordTexts = PasswordTexts {
    password: "Password",
    your_account: "Your account",
    others_signed_out: "When you change it, all other devices are signed out.",
    password_current: "Current password",
    new_password: "New password",
    change_the_password: "Change password",
};

pub(super) const SESSIONS: SessionsTexts = SessionsTexts {
    sessions: "Sessions",
    your_account: "Your account",
    where_you_are: "Where you are signed in",
    all_devices: "All devices",
    signs_out_everywhere: "Signs you out on all devices, including this one.",
    sign_out_everywhere: "Sign out everywhere",
    this_one: "This browser",
    used: |first, last| format!("First used {first}, last used {last}."),
    sign_out_there: "Sign out device",
};

pub(super) const CONNECTED: ConnectedTexts = ConnectedTexts {
    connected_applications: "Connected apps",
    your_account: "Your account",
    none: "No app has access to your account.",
    nothing_more: "It can recognize you, but sees nothing else.",
    since: |since, grants| {
        format!("Connected since {since}, {grants} {}.", if grants == 1 { "permission" } else { "permissions" })
    },
    remembered: |since| format!("Your choice has been remembered since {since}. Disconnect the app to be asked again."),
    disconnect: "Disconnect",
    refresh_schedule: "Refresh schedule",
};

pub(super) const REFRESH_SCHEDULE: RefreshScheduleTexts = RefreshScheduleTexts {
    refresh_schedule: "Refresh schedule",
    refresh_schedule_for: |client| html! { "Refresh schedule for " (client) },
    connected_applications: "Connected apps",
    your_account: "Your account",
    one_asks_again: "At each scheduled time, earlier access tokens have expired and the app has to renew its access.",
    all_ask_again: "At each scheduled time, earlier access tokens have expired and all apps have to renew their access. \
        An app with its own schedule follows that schedule instead.",
    it_would_mean: "Preview of the schedule",
    what_is_set: "Current schedule",
    remove: "Remove",
    no_schedule: "No schedule is set.",
    a_schedule: "New schedule",
    when: "Cron expression",
    when_hint: "Minute, hour, day of the month, month, day of the week. For example, 0 4 * * * is every day at 04:00, \
        and 0 20 * * FRI is every Friday at 20:00.",
    time_zone: "Time zone",
    time_zone_hint: "For example Europe/Berlin.",
    ends_the_access: "End access at each scheduled time",
    sign_in_again: "You then have to sign in to the app again.",
    preview: "Preview",
    set_the_schedule: "Set schedule",
    next_ticks: "Next scheduled times",
};

pub(super) const OWN_DATA: OwnDataTexts = OwnDataTexts {
    your_data: "Your data",
    your_account: "Your account",
    take_a_copy: "Download your data",
    copy_holds: "Everything this server stores about you, as a JSON file. It contains no passwords or secrets.",
    download: "Download",
    delete_your_account: "Delete your account",
    what_goes: "Your profile, picture and sessions are deleted, and all apps lose their access. Applications that you \
        registered are kept. If you want them deleted too, delete them first. This cannot be undone.",
    password_hint: "Confirms that it is really you.",
    delete_the_account: "Delete account",
};
