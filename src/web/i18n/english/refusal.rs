use crate::web::i18n::{CronFieldTexts, RefusalTexts};

pub(super) const REFUSAL: RefusalTexts = RefusalTexts {
    username_empty: "Enter a username.",
    username_too_long: "Choose a username of at most 64 characters.",
    username_character: "Use only letters, digits, dots, hyphens and underscores. Begin and end the username with a \
        letter or digit.",
    username_mixed_scripts: "Use letters of only one alphabet in the username.",
    username_reserved: "Choose a username that does not begin with usr_.",
    username_address: "Choose a username that is not an e-mail address, or use your own verified address.",
    username_taken: "This username is not available: it is taken, was in use recently, or looks like another one. \
        Choose another username.",
    email_taken: "This e-mail address belongs to another account. Enter another one.",
    email: "Enter a valid e-mail address, for example alice@example.org.",
    password_too_short: |minimum| {
        format!("Choose a password of at least {minimum} characters. A few words in a row work well.")
    },
    password_too_long: "Choose a password of at most 256 characters.",
    password_control_character: "Remove the line break or tab from the password. It may have been pasted with it.",
    password_repetition: "This password repeats a short sequence. Choose one without repetition.",
    password_sequence: "This password follows the alphabet, the digits or the keyboard. Choose unrelated words.",
    password_common: "This password is too common. Choose one that only you would think of.",
    password_context: "This password is too similar to your username, your e-mail address or the name of this service. \
        Choose other words.",
    password_missing: "Choose a password.",
    current_password_missing: "Enter your current password.",
    current_password_wrong: "The current password is wrong. Try again.",
    text_empty: "Enter a value, or leave out the field.",
    text_too_long: |maximum| format!("Enter at most {maximum} characters."),
    text_control_character: "Enter a single line without control characters.",
    not_a_web_address: "Enter an address that begins with https:// or http://.",
    not_a_phone_number: "Enter a phone number with country code, for example +1 425 555 1212.",
    not_a_date: "Enter a date as YYYY-MM-DD, for example 1990-12-31.",
    too_many_groups: "This person has too many groups. Remove some groups, or use shorter names.",
    role: "Enter person or administrator.",
    group_invisible: "This group name contains an invisible character. Enter it again.",
    group_looks_like: |other| {
        format!("This name looks like the group {other}. Use that group, or choose another name.")
    },
    group_unchanged: "The group already has this name. Enter another one.",
    for_administrators: "Only an administrator can change this.",
    for_administrators_by_scope: "Only an administrator with the scope signet:admin can change this.",
    picture_too_many_bytes: "This file is too large. Choose one of at most 2 MB.",
    picture_unknown_format: "Choose a PNG, JPEG or WebP picture.",
    picture_too_large: "This picture is too large. Choose one of at most 4096 by 4096 pixels.",
    picture_unreadable: "This file is damaged. Save the picture again, or choose another one.",
    picture_too_detailed: "This picture has too much detail. Save it as JPEG, or choose another one.",
    schedule_too_long: "Shorten the schedule to at most 128 characters.",
    schedule_six_fields: "Remove the sixth field. A schedule has no seconds or years. For example, 0 4 * * * is every \
        day at 04:00.",
    schedule_field_count: "Enter five fields separated by spaces: minute, hour, day of the month, month, day of the \
        week. For example, 0 4 * * * is every day at 04:00.",
    schedule_field: |name, values| {
        format!(
            "The field for the {name} is not valid. Enter {values}, * for all, or several with a comma (1,2), a hyphen \
             (1-5) or a step (*/2)."
        )
    },
    cron_minute: CronFieldTexts { name: "minute", values: "0 to 59" },
    cron_hour: CronFieldTexts { name: "hour", values: "0 to 23" },
    cron_day_of_month: CronFieldTexts { name: "day of the month", values: "1 to 31, L for the last day" },
    cron_month: CronFieldTexts { name: "month", values: "1 to 12 or JAN to DEC" },
    cron_day_of_week: CronFieldTexts { name: "day of the week", values: "0 to 7 or SUN to SAT (0 and 7 are Sunday)" },
    schedule_unknown_time_zone: "Enter a time zone name, for example Europe/Berlin or America/New_York.",
    schedule_never_ticks: "This schedule has no date within the next five years. Choose a day that exists.",
    invitation_lifetime: "Enter a number of seconds from 1 to 2592000 (30 days).",
    application_address: "Enter the address where people open the application. It begins with https://.",
    address_part: "Use up to 40 letters, digits, dots, hyphens and underscores.",
};
