//! What is refused of what was entered.

texts! {
    /// A field of cron syntax.
    CronFieldTexts(_) {
        name;
        /// What may stand in it.
        values;
    }
}

texts! {
    /// Error messages for form fields.
    RefusalTexts(refusal) {
        username_empty;
        username_too_long;
        username_character;
        username_mixed_scripts;
        username_reserved;
        username_address;
        username_taken;
        email_taken;
        email;
        password_too_short(minimum: usize) -> String;
        password_too_long;
        password_control_character;
        password_repetition;
        password_sequence;
        password_common;
        password_context;
        password_missing;
        current_password_missing;
        current_password_wrong;
        text_empty;
        text_too_long(maximum: usize) -> String;
        text_control_character;
        not_a_web_address;
        not_a_phone_number;
        not_a_date;
        too_many_groups;
        role;
        group_invisible;
        group_looks_like(other: &str) -> String;
        group_unchanged;
        for_administrators;
        for_administrators_by_scope;
        picture_too_many_bytes;
        picture_unknown_format;
        picture_too_large;
        picture_unreadable;
        picture_too_detailed;
        schedule_too_long;
        schedule_six_fields;
        schedule_field_count;
        /// With one of the next.
        schedule_field(name: &str, values: &str) -> String;
        cron_minute: CronFieldTexts;
        cron_hour: CronFieldTexts;
        cron_day_of_month: CronFieldTexts;
        cron_month: CronFieldTexts;
        cron_day_of_week: CronFieldTexts;
        schedule_unknown_time_zone;
        schedule_never_ticks;
        invitation_lifetime;
        application_address;
        address_part;
    }
}
