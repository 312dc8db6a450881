use crate::web::i18n::{FormTexts, FrameTexts, ProofTexts};

pub(super) const FRAME: FrameTexts = FrameTexts {
    skip_to_content: "Skip to content",
    about_this_server: "About this server",
    api_documentation: "API documentation",
    your_pages: "Your pages",
    account: "Account",
    applications: "Applications",
    administration: "Administration",
};

pub(super) const PROOF: ProofTexts = ProofTexts {
    expired: "This page had expired, so nothing was changed yet. Check your entries and submit them again.",
    other_person: |username| {
        format!(
            "You are now signed in as {username}, so nothing was changed yet. Check your entries and submit them again."
        )
    },
    signed_out: "You were signed out, so nothing was changed yet. Sign in to get your entries back.",
    cookies: "Your browser did not send the cookie of this site. Allow cookies for this site, then submit the form \
        again.",
    gone: "This no longer exists, so nothing was changed. It may have been deleted in another tab.",
    restored: "Your entries are back. They are not saved until you submit them.",
};

pub(super) const FORM: FormTexts = FormTexts {
    username: "Username",
    email: "E-mail address",
    password: "Password",
    new_password: "New password",
    optional: "(optional)",
    password_rule: |minimum| {
        format!("At least {minimum} characters. A sentence that only you would think of works well.")
    },
    error: "Error: ",
    problem: "There is a problem",
    busy: "The server is busy. Try again in a moment.",
    wait: |seconds| format!("Too many attempts. Try again in {}.", waiting(seconds)),
};

/// A waiting time in words, rounded up to what a person plans by.
fn waiting(seconds: u64) -> String {
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        120..=7199 => format!("{} minutes", seconds.div_ceil(60)),
        7200.. => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_time_is_never_understated() {
        let table = [(1, "a second"), (10, "10 seconds"), (119, "119 seconds"), (121, "3 minutes"), (7201, "3 hours")];
        for (seconds, expected) in table {
            assert_eq!(waiting(seconds), expected, "{seconds}");
        }
    }
}
