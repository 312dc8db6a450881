use crate::web::i18n::{CronFieldTexts, RefusalTexts};

pub(super) const REFUSAL: RefusalTexts = RefusalTexts {
    username_empty: "Enter a username.",
    username_too_long: "Choose a username of at most 64 characters.",
    username_character: "Use letters, digits, dots, hyphens and underscores in the username, and begin and end it \
        with a letter or a digit.",
    username_mixed_scripts: "Use letters of one alphabet in the username.",
    username_reserved: "Choose a username that does not begin with usr_.",
    username_address: "Choose a username that is not an e-mail address, or your own verified address.",
    username_taken: "This username is taken, was taken until lately, or looks like one that is. Choose another one.",
    email_taken: "Another account has this verified address. Enter another one.",
    email: "Enter an e-mail address such as alice@example.org.",
    password_too_short: |minimum| {
        format!("Choose a password of at least {minimum} characters; a few words in a row will do.")
    },
    password_too_long: "Choose a password of at most 256 characters.",
    password_control_character: "Remove the line break or tab from the password; it may have been pasted with it.",
    password_repetition: "This password repeats a short part; choose one that does not repeat itself.",
    password_sequence: "This password follows the alphabet, the digits or the keyboard; choose words that do not \
        belong together.",
    password_common: "This is one of the passwords that are tried first; choose one that only you would think of.",
    password_context: "This password is mostly your username, your e-mail address or the name of this service; \
        choose other words.",
    password_missing: "Choose a password.",
    current_password_missing: "Enter the password of today.",
    current_password_wrong: "This is not the password of today.",
    text_empty: "Enter a text, or leave the field out.",
    text_too_long: |maximum| format!("Enter at most {maximum} characters."),
    text_control_character: "Enter one line without control characters.",
    not_a_web_address: "Enter an address that begins with https:// or http://.",
    not_a_phone_number: "Enter a telephone number such as +1 425 555 1212.",
    not_a_date: "Enter a day as YYYY-MM-DD, such as 1990-12-31.",
    too_many_groups: "Put the person into fewer groups, or give the groups shorter names.",
    role: "Enter person or administrator.",
    group_unchanged: "This is its name already.",
    for_administrators: "Only an administrator can change it.",
    for_administrators_by_scope: "Only an administrator with the scope signet:admin can change it.",
    picture_too_many_bytes: "Choose a smaller file: at most 2 MB are taken.",
    picture_unknown_format: "Choose a PNG, JPEG or WebP picture.",
    picture_too_large: "Choose a smaller picture: at most 4096 pixels wide and 4096 high.",
    picture_unreadable: "This file is damaged. Save the picture again, or choose another one.",
    picture_too_detailed: "This picture has too many details. Save it as JPEG, or choose another one.",
    schedule_too_long: "Shorten the schedule to 128 characters.",
    schedule_six_fields: "Leave out the sixth field: a schedule has no seconds and no years. 0 4 * * * is every day \
        at 04:00.",
    schedule_field_count: "Write five fields with spaces between them: minute, hour, day of the month, month, day of \
        the week. 0 4 * * * is every day at 04:00.",
    schedule_field: |name, values| {
        format!(
            "The field for the {name} cannot be read. Write {values}, * for each, or several with a comma (1,2), a hyphen \
             (1-5) or a step (*/2)."
        )
    },
    cron_minute: CronFieldTexts { name: "minute", values: "0 to 59" },
    cron_hour: CronFieldTexts { name: "hour", values: "0 to 23" },
    cron_day_of_month: CronFieldTexts { name: "day of the month", values: "1 to 31, L for the last one" },
    cron_month: CronFieldTexts { name: "month", values: "1 to 12 or JAN to DEC" },
    cron_day_of_week: CronFieldTexts { name: "day of the week", values: "0 to 7 or SUN to SAT (0 and 7 are Sunday)" },
    schedule_unknown_time_zone: "Choose a time zone by its name, for example Europe/Berlin or America/New_York.",
    schedule_never_ticks: "Choose a day that exists: this schedule names none within the next five years.",
    invitation_lifetime: "Enter a number of seconds from 1 to 2592000 (30 days).",
    application_address: "Enter the address at which people open the application, beginning with https://.",
    address_part: "Use up to 40 letters, digits, dots, hyphens and underscores.",
};
