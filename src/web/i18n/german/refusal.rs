use crate::web::i18n::{CronFieldTexts, RefusalTexts};

pub(super) const REFUSAL: RefusalTexts = RefusalTexts {
    username_empty: "Geben Sie einen Benutzernamen ein.",
    username_too_long: "Wählen Sie einen Benutzernamen von höchstens 64 Zeichen.",
    username_character: "Benutzen Sie Buchstaben, Ziffern, Punkte, Binde- und Unterstriche im Benutzernamen, mit einem \
        Buchstaben oder einer Ziffer am Anfang und am Ende.",
    username_mixed_scripts: "Benutzen Sie im Benutzernamen Buchstaben eines Alphabets.",
    username_reserved: "Wählen Sie einen Benutzernamen, der nicht mit usr_ beginnt.",
    username_address: "Wählen Sie einen Benutzernamen, der keine E-Mail-Adresse ist, oder Ihre eigene bestätigte Adresse.",
    username_taken: "Dieser Benutzername ist vergeben, war es bis vor kurzem oder sieht aus wie ein vergebener. Wählen \
        Sie einen anderen.",
    email_taken: "Ein anderes Konto hat diese bestätigte Adresse. Geben Sie eine andere ein.",
    email: "Geben Sie eine E-Mail-Adresse wie alice@example.org ein.",
    password_too_short: |minimum| {
        format!("Wählen Sie ein Passwort von mindestens {minimum} Zeichen; ein paar Wörter hintereinander genügen.")
    },
    password_too_long: "Wählen Sie ein Passwort von höchstens 256 Zeichen.",
    password_control_character: "Entfernen Sie den Zeilenumbruch oder Tabulator aus dem Passwort; er kam vielleicht beim \
        Einfügen mit.",
    password_repetition: "Dieses Passwort wiederholt ein kurzes Stück; wählen Sie eines, das sich nicht wiederholt.",
    password_sequence: "Dieses Passwort folgt dem Alphabet, den Ziffern oder der Tastatur; wählen Sie Wörter, die nicht \
        zusammengehören.",
    password_common: "Das ist eines der Passwörter, die zuerst probiert werden; wählen Sie eines, auf das nur Sie kommen.",
    password_context: "Dieses Passwort ist fast Ihr Benutzername, Ihre E-Mail-Adresse oder der Name dieses Dienstes; \
        wählen Sie andere Wörter.",
    password_missing: "Wählen Sie ein Passwort.",
    current_password_missing: "Geben Sie das heutige Passwort ein.",
    current_password_wrong: "Das ist nicht das heutige Passwort.",
    text_empty: "Geben Sie etwas ein, oder lassen Sie das Feld weg.",
    text_too_long: |maximum| format!("Geben Sie höchstens {maximum} Zeichen ein."),
    text_control_character: "Geben Sie eine Zeile ohne Steuerzeichen ein.",
    not_a_web_address: "Geben Sie eine Adresse ein, die mit https:// oder http:// beginnt.",
    not_a_phone_number: "Geben Sie eine Telefonnummer wie +1 425 555 1212 ein.",
    not_a_date: "Geben Sie einen Tag als JJJJ-MM-TT ein, etwa 1990-12-31.",
    group_unchanged: "So heißt sie schon.",
    too_many_groups: "Weniger Gruppen, oder Gruppen mit kürzeren Namen.",
    role: "Geben Sie person oder administrator ein.",
    for_administrators: "Das kann nur die Verwaltung ändern.",
    for_administrators_by_scope: "Das kann nur die Verwaltung mit dem Scope signet:admin ändern.",
    picture_too_many_bytes: "Wählen Sie eine kleinere Datei: höchstens 2 MB.",
    picture_unknown_format: "Wählen Sie ein Bild als PNG, JPEG oder WebP.",
    picture_too_large: "Wählen Sie ein kleineres Bild: höchstens 4096 Pixel breit und 4096 hoch.",
    picture_unreadable: "Diese Datei ist beschädigt. Speichern Sie das Bild noch einmal, oder wählen Sie ein anderes.",
    picture_too_detailed: "Dieses Bild hat zu viele Einzelheiten. Speichern Sie es als JPEG, oder wählen Sie ein anderes.",
    schedule_too_long: "Kürzen Sie den Zeitplan auf 128 Zeichen.",
    schedule_six_fields: "Lassen Sie das sechste Feld weg: ein Zeitplan hat keine Sekunden und keine Jahre. 0 4 * * * ist \
        täglich um 04:00 Uhr.",
    schedule_field_count: "Schreiben Sie fünf Felder mit Leerzeichen dazwischen: Minute, Stunde, Tag des Monats, Monat, \
        Wochentag. 0 4 * * * ist täglich um 04:00 Uhr.",
    schedule_field: |name, values| {
        format!(
            "Das Feld „{name}“ ist nicht zu lesen. Schreiben Sie {values}, * für alle, oder mehrere mit Komma (1,2), \
             Bindestrich (1-5) oder Schritt (*/2)."
        )
    },
    cron_minute: CronFieldTexts { name: "Minute", values: "0 bis 59" },
    cron_hour: CronFieldTexts { name: "Stunde", values: "0 bis 23" },
    cron_day_of_month: CronFieldTexts { name: "Tag des Monats", values: "1 bis 31, L für den letzten" },
    cron_month: CronFieldTexts { name: "Monat", values: "1 bis 12 oder JAN bis DEC" },
    cron_day_of_week: CronFieldTexts { name: "Wochentag", values: "0 bis 7 oder SUN bis SAT (0 und 7 sind Sonntag)" },
    schedule_unknown_time_zone: "Wählen Sie eine Zeitzone nach ihrem Namen, etwa Europe/Berlin oder America/New_York.",
    schedule_never_ticks: "Wählen Sie einen Tag, den es gibt: dieser Zeitplan nennt keinen in den nächsten fünf Jahren.",
    invitation_lifetime: "Geben Sie eine Zahl von Sekunden von 1 bis 2592000 ein (30 Tage).",
    application_address: "Geben Sie die Adresse ein, unter der man die Anwendung öffnet, beginnend mit https://.",
    address_part: "Benutzen Sie bis zu 40 Buchstaben, Ziffern, Punkte, Binde- und Unterstriche.",
};
