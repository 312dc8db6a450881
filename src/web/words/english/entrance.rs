use maud::html;

use crate::web::words::LoginWords;

pub(super) const LOGIN: LoginWords = LoginWords {
    sign_in: "Sign in",
    to_continue_to: |client| html! { "to continue to " (client) },
    to_your_account: |server| format!("to your {server} account"),
    mismatch: "That username and password do not match.",
    wait: |seconds| format!("Too many attempts. Try again in {}.", waiting(seconds)),
    busy: "The server is busy. Try again in a moment.",
    expired: "This page had expired. Please sign in again.",
    again: "Please confirm that it is you.",
    new_here: |sign_up| html! { "New here? " (sign_up) },
    create_an_account: "Create an account",
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
